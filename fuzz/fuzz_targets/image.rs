//! Photos of every format. A decoder may panic, which becomes a sentence; nothing behind it may.
#![no_main]

use std::panic::{catch_unwind, set_hook};

use convscope::image_io::{KEPT_PIXELS, KEPT_SIDE, decode, preprocess};
use convscope::model_files::Manifest;
use convscope_fuzz::one_sentence;
use libfuzzer_sys::fuzz_target;

static MANIFEST: &[u8] = include_bytes!("../../sample_models/squeezenet1_1.json");

fuzz_target!(
    // The library's own hook would end the program within a decoder.
    init: set_hook(Box::new(|_| {})),
    |bytes: &[u8]| {
        let unwound = catch_unwind(|| match decode(bytes, "photo") {
            Ok(photo) => {
                let (width, height) = (photo.width, photo.height);
                assert!(width.max(height) <= KEPT_SIDE && width.min(height) > 0);
                assert!(u64::from(width) * u64::from(height) <= KEPT_PIXELS + u64::from(KEPT_SIDE));
                assert_eq!(photo.rgb.len(), width as usize * height as usize * 3);
                let small = photo.thumbnail(32);
                let manifest = Manifest::parse("manifest.json", MANIFEST).expect("a bundled one");
                preprocess(&small.rgb, small.width, small.height, &manifest);
            }
            Err(error) => one_sentence(&error),
        });
        if let Err(panic) = unwound {
            let text = panic.downcast_ref::<String>().cloned();
            eprintln!("{}", text.or(panic.downcast_ref::<&str>().map(|t| (*t).into())).unwrap_or_default());
            std::process::abort();
        }
    }
);
