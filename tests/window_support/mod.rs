//! The real window in tests: on software rendering, without a display.

use std::time::{Duration, Instant};

use convscope::app::{App, Choice};
use convscope::ui::{Shell, StartUp};
use egui_kittest::Harness;

/// Longest wait for a job; the machines that test are slow.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// A window of this size in points that opens with a choice, after it was prepared.
pub fn window(size: [f32; 2], choice: Choice, prepare: impl FnOnce(&mut Shell)) -> Harness<'static, Shell> {
    let builder = Harness::builder()
        .with_size(size)
        .with_step_dt(1.0 / 60.0)
        .with_render_cursor(false)
        .with_context_setup(|ctx| ctx.set_fonts(convscope::ui::fonts::definitions()))
        .wgpu();
    builder.build_eframe(|cc| {
        let start = StartUp { choice, started: Instant::now() };
        let mut shell = Shell::new(cc, start).expect("a window with wgpu");
        prepare(&mut shell);
        shell
    })
}

/// Steps until `done`; fails with what it waited for.
pub fn wait(harness: &mut Harness<'_, Shell>, what: &str, done: impl Fn(&App) -> bool) {
    step_until(harness, what, |harness| done(harness.state().app()));
    // What has come is laid out and drawn.
    harness.run_steps(3);
}

/// [`wait`] for something of the window itself; the step that brought it is the last one.
pub fn step_until(harness: &mut Harness<'_, Shell>, what: &str, done: impl Fn(&Harness<'_, Shell>) -> bool) {
    let start = Instant::now();
    while !done(harness) {
        let app = harness.state().app();
        let state = || format!("{:?}, busy {:?}, stale {}", app.notices(), app.busy(), app.is_stale());
        assert!(start.elapsed() < PATIENCE, "waited too long for {what}: {}", state());
        harness.step();
        std::thread::sleep(Duration::from_millis(5));
    }
}
