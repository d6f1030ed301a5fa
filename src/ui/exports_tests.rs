use super::*;
use crate::app::{Choice, Preferences};
use crate::figure::Recipe;
use crate::figure::recipe::Picture;

fn settled(page: Page) -> App {
    let mut app = App::new(Preferences::default(), Choice::default(), None, || ()).expect("threads");
    app.stop_measuring();
    let room = [700.0, 420.0];
    for action in [Action::Lang(Lang::En), Action::Room(room), Action::BenchRoom(room), Action::Page(page)] {
        app.apply(action);
    }
    let start = Instant::now();
    while draft(&app, false).is_none() {
        assert!(start.elapsed() < Duration::from_secs(60), "{:?}", app.notices());
        app.drain(Duration::from_millis(5));
        std::thread::sleep(Duration::from_millis(1));
    }
    app
}

#[test]
fn both_pages_are_written_in_every_format_with_their_recipe() {
    let folder = tempfile::tempdir().expect("a folder");
    for page in Page::ALL {
        let app = settled(page);
        let draft = draft(&app, true).expect("settled");
        for kind in [Kind::Png, Kind::Svg, Kind::Csv, Kind::Json] {
            // The ending is added where the user left it out.
            let path = write(&draft, kind, None, folder.path().join(draft.file_stem())).expect("written");
            assert_eq!(path.extension().and_then(|e| e.to_str()), Some(kind.ending()));
            let recipe = Recipe::read("f", &std::fs::read(&path).expect("readable")).expect("a recipe");
            assert_eq!(recipe, draft.recipe(), "{page:?} {kind:?}");
        }
        assert!(app.terms_draft(true).is_none(), "nothing is traced");
        let (screen, scale) = (Screen { width: 4, height: 2, rgb: vec![7; 24] }, 2.0);
        let path = folder.path().join("page.png");
        let path = write(&draft, Kind::Page, Some(&(screen.clone(), scale)), path).expect("written");
        let recipe = Recipe::read("f", &std::fs::read(path).expect("readable")).expect("a recipe");
        assert_eq!((recipe.look.size, recipe.look.pixels_per_point), ([2.0, 1.0], 2.0));
        let path = folder.path().join("page.svg");
        let path = write(&draft, Kind::PageSvg, Some(&(screen, scale)), path).expect("written");
        let recipe = Recipe::read("f", &std::fs::read(path).expect("readable")).expect("a recipe");
        assert_eq!((recipe.look.size, recipe.look.pixels_per_point), ([2.0, 1.0], 2.0));
    }
}

#[test]
fn a_page_is_known_as_one_and_a_folder_that_is_gone_is_named() {
    let app = settled(Page::Inspect);
    let page = app.page_draft(false).expect("settled");
    assert!(matches!(page.recipe().picture, Picture::Page { .. }));
    let draft = draft(&app, false).expect("settled");
    let path = PathBuf::from("no_such_folder").join("a.svg");
    let error = write(&draft, Kind::Svg, None, path).expect_err("no folder");
    assert!(error.contains("no_such_folder") && error.lines().count() == 1, "{error}");
    let pixels = draft.pixels().expect("drawn");
    assert_eq!(pixels.rgb.len(), (pixels.width * pixels.height * 3) as usize);
}
