//! The menu of exports in the real window: what it offers, and the clipboard.

mod window_support;

use convscope::app::{Action, Choice, Page};
use convscope::figure::Recipe;
use convscope::figure::recipe::Picture;
use convscope::text::{Lang, tr};
use convscope::ui::Shell;
use eframe::egui::{self, OutputCommand};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use window_support::{step_until, wait};

fn window() -> Harness<'static, Shell> {
    let mut harness = window_support::window([1280.0, 720.0], Choice::default(), |shell| {
        shell.stop_measuring();
        shell.apply(Action::Lang(Lang::En));
    });
    wait(&mut harness, "the maps", |app| app.maps().is_some());
    harness
}

fn commands<'a>(harness: &'a Harness<'_, Shell>) -> &'a [OutputCommand] {
    &harness.output().platform_output.commands
}

#[test]
fn the_menu_offers_every_format_on_both_pages_and_in_both_languages() {
    let mut harness = window();
    for page in Page::ALL {
        for lang in Lang::ALL {
            harness.state_mut().apply(Action::Page(page));
            harness.state_mut().apply(Action::Lang(lang));
            harness.run_steps(2);
            if page == Page::Operators {
                wait(&mut harness, "the picture", |app| app.study().is_some());
            }
            harness.get_by_label(tr(lang, "export")).click();
            harness.run_steps(3);
            for key in
                ["export-as-png", "export-as-svg", "export-as-csv", "export-as-json", "export-the-page"]
            {
                let entries = harness.query_all_by_label_contains(tr(lang, key)).count();
                assert!(entries > 0, "{page:?} {lang:?}: no entry {key}");
            }
            harness.key_press(egui::Key::Escape);
            harness.run_steps(2);
        }
    }
}

#[test]
fn picture_and_recipe_are_copied() {
    let mut harness = window();
    harness.state_mut().apply(Action::Page(Page::Operators));
    harness.run_steps(2);
    wait(&mut harness, "the picture", |app| app.study().is_some());
    harness.get_by_label("Export").click();
    harness.run_steps(3);
    harness.get_by_label_contains("Copy the recipe").click();
    let copied = |h: &Harness<'_, Shell>| commands(h).iter().any(|c| matches!(c, OutputCommand::CopyText(_)));
    step_until(&mut harness, "the recipe", copied);
    let text = commands(&harness).iter().find_map(|c| match c {
        OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    });
    let recipe = Recipe::read("clipboard", text.expect("copied").as_bytes()).expect("a recipe");
    assert!(matches!(recipe.picture, Picture::Figure { .. }), "{:?}", recipe.picture);
    harness.step();
    harness.get_by_label("The recipe is on the clipboard.");

    harness.event(egui::Event::Copy);
    harness.step();
    let copied =
        |h: &Harness<'_, Shell>| commands(h).iter().any(|c| matches!(c, OutputCommand::CopyImage(_)));
    step_until(&mut harness, "the picture", copied);
    harness.step();
    harness.get_by_label("The picture is on the clipboard.");
}
