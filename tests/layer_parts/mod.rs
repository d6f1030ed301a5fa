//! Layer files in parts, so that tests can spoil one of them.
#![allow(dead_code, reason = "each file of tests uses a part")]

use std::collections::BTreeMap;
use std::path::Path;

use convscope::model_files::LayerFile;
use safetensors::tensor::{Dtype, TensorView};
use serde_json::{Map, Value, json};

/// A layer file in parts that can be changed.
#[derive(Clone)]
pub struct Parts {
    pub name: String,
    pub layer: Map<String, Value>,
    pub tensors: BTreeMap<String, (Vec<usize>, Vec<f32>)>,
}

impl Parts {
    /// The parts of a file, without its answers.
    pub fn open(path: &Path) -> Self {
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        let file = LayerFile::open(path).expect("a golden file");
        let mut layer = file.settings.clone();
        layer.insert("variant".into(), json!(file.variant));
        let names = file.tensors.names().into_iter().filter(|name| !name.starts_with("output"));
        let tensors = names.map(|name| (name.clone(), file.tensors.tensor(&name).expect("it is there")));
        Self { name, layer, tensors: tensors.collect() }
    }

    pub fn golden(name: &str) -> Self {
        Self::open(&folder().join(format!("{name}.safetensors")))
    }

    pub fn variant(&self) -> &str {
        self.layer["variant"].as_str().expect("a name")
    }

    pub fn with(&self, setting: &str, value: Value) -> Self {
        let mut changed = self.clone();
        changed.layer.insert(setting.to_owned(), value);
        changed
    }

    pub fn without(&self, tensors: &[String]) -> Self {
        let mut changed = self.clone();
        tensors.iter().for_each(|name| drop(changed.tensors.remove(name)));
        changed
    }

    pub fn with_tensor(&self, name: &str, dims: &[usize]) -> Self {
        let mut changed = self.clone();
        let values = vec![0.5; dims.iter().product()];
        changed.tensors.insert(name.to_owned(), (dims.to_vec(), values));
        changed
    }

    /// What the file's problem is, if there is one: always a single sentence.
    pub fn problem(&self) -> Result<(), String> {
        let layer = serde_json::to_string(&self.layer).expect("JSON");
        let bytes: Vec<Vec<u8>> =
            self.tensors.values().map(|(_, v)| v.iter().flat_map(|v| v.to_le_bytes()).collect()).collect();
        let views = self.tensors.iter().zip(&bytes).map(|((name, (dims, _)), bytes)| {
            (name.as_str(), TensorView::new(Dtype::F32, dims.clone(), bytes).expect("values for the sides"))
        });
        let metadata = [("layer".to_owned(), layer)].into_iter().collect();
        let bytes = safetensors::serialize(views, Some(metadata)).expect("a file");
        let file = LayerFile::parse(&self.name, bytes).map_err(|e| e.to_string())?;
        let Err(error) = file.problem() else { return Ok(()) };
        let message = error.to_string();
        assert!(!message.contains('\n') && message.len() < 400, "{message}");
        Err(message)
    }

    #[track_caller]
    pub fn refused(&self) -> String {
        match self.problem() {
            Err(message) => message,
            Ok(()) => panic!("{} {:?} is accepted", self.name, self.layer),
        }
    }
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

pub fn golden_files() -> Vec<Parts> {
    let mut paths: Vec<_> = std::fs::read_dir(folder())
        .expect("the golden files")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "safetensors"))
        .collect();
    paths.sort();
    assert!(paths.len() > 40);
    paths.iter().map(|path| Parts::open(path)).collect()
}
