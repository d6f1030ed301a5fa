//! The application in tests: state, jobs and undo, without a window.

use std::time::{Duration, Instant};

use convscope::app::{Action, App, Choice, Preferences};
use convscope::text::Lang;

/// Longest wait for a job; the machines that test are slow.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// An application in English that does not measure by itself.
pub fn app(choice: Choice) -> App {
    let mut app = App::new(Preferences::default(), choice, None, || ()).expect("threads");
    app.stop_measuring();
    app.apply(Action::Lang(Lang::En));
    app
}

/// Takes in results until `done`; fails with what it waited for. Returns how long that took.
pub fn settle(app: &mut App, what: &str, done: impl Fn(&App) -> bool) -> Duration {
    let start = Instant::now();
    while !done(app) {
        assert!(start.elapsed() < PATIENCE, "waited too long for {what}: {:?}", app.notices());
        app.drain(Duration::from_millis(5));
        std::thread::sleep(Duration::from_micros(500));
    }
    start.elapsed()
}
