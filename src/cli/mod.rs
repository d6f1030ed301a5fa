//! The command line. Without a sub-command it opens the window; sub-commands run without a display.
