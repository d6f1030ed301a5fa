//! Weights that PyTorch saved with `torch.save(network.state_dict(), ..)`: the zip form since
//! version 1.6 and the stream before it. Nothing of the pickle in it is executed, see [`pickle`].

mod pickle;
mod storage;

use std::collections::HashMap;
use std::fmt;
use std::io::Cursor;
use std::ops::Range;

use pickle::{Id, Pickle, Value};
use storage::StorageType;
use zip::ZipArchive;

use crate::graph::{GraphError, Origin, Weight, WeightSource};

/// Where checkpoints keep the weights beside other things.
const INSIDE: [&str; 4] = ["state_dict", "model_state_dict", "model", "net"];
/// First bytes of a zip file.
const ZIP: &[u8] = b"PK\x03\x04";
/// First number of the stream form.
const STREAM: &[u8] = &[0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

/// A file of weights. Values are decoded when they are asked for.
pub struct TorchFile {
    bytes: Vec<u8>,
    tensors: HashMap<String, Stored>,
}

/// A tensor in the file.
#[derive(Debug)]
struct Stored {
    kind: StorageType,
    /// Bytes of its storage.
    storage: Range<usize>,
    offset: usize,
    dims: Vec<usize>,
    strides: Vec<usize>,
}

impl TorchFile {
    /// Checks the bytes of a file: every tensor lies in it.
    ///
    /// # Errors
    /// One reason, without the file's name.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, String> {
        let tensors = if bytes.starts_with(ZIP) {
            zipped(&bytes)?
        } else if bytes[..bytes.len().min(16)].windows(STREAM.len()).any(|w| w == STREAM) {
            streamed(&bytes)?
        } else {
            return Err("it is neither of the two forms in which PyTorch saves".into());
        };
        if tensors.is_empty() {
            return Err("it holds no tensors by name; save the network's state_dict".into());
        }
        Ok(Self { bytes, tensors })
    }

    /// Names of all tensors, sorted.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.tensors.keys().cloned().collect();
        names.sort();
        names
    }

    /// The bytes of the file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Sides of a tensor.
    pub fn dims(&self, name: &str) -> Option<&[usize]> {
        self.tensors.get(name).map(|t| t.dims.as_slice())
    }

    /// Values of a tensor, row-major; `None` if there is none or it holds whole numbers.
    pub fn values(&self, name: &str) -> Option<Vec<f32>> {
        let Stored { kind, storage, offset, dims, strides } = self.tensors.get(name)?;
        let bytes = &self.bytes[storage.clone()];
        let count: usize = dims.iter().product();
        let mut values = Vec::with_capacity(count);
        let mut place = vec![0; dims.len()];
        for _ in 0..count {
            let at = place.iter().zip(strides).map(|(p, s)| p * s).sum::<usize>();
            values.push(kind.value(bytes, offset + at)?);
            for axis in (0..dims.len()).rev() {
                place[axis] += 1;
                if place[axis] < dims[axis] {
                    break;
                }
                place[axis] = 0;
            }
        }
        Some(values)
    }
}

impl fmt::Debug for TorchFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TorchFile").field("tensors", &self.names()).finish_non_exhaustive()
    }
}

impl WeightSource for &TorchFile {
    fn take(&mut self, name: &str, dims: &[usize], optional: bool) -> Result<Option<Weight>, GraphError> {
        let error = |found: String| GraphError::Weight {
            tensor: name.to_owned(),
            expected: format!("{dims:?}"),
            found,
        };
        let Some(found) = self.dims(name) else {
            return if optional { Ok(None) } else { Err(error("no tensor of this name".into())) };
        };
        if found != dims {
            return Err(error(format!("{found:?}")));
        }
        let values = self.values(name).ok_or_else(|| error(format!("{found:?} of whole numbers")))?;
        Ok(Some(Weight::new(name, dims.to_vec(), values, Origin::Trained)))
    }
}

/// Bytes of each storage by its key.
type Storages<'k> = HashMap<&'k str, Range<usize>>;

fn zipped(bytes: &[u8]) -> Result<HashMap<String, Stored>, String> {
    let damaged = |_| "its zip archive is damaged or cut off".to_owned();
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    let mut entries: HashMap<String, Range<usize>> = HashMap::new();
    for i in 0..archive.len() {
        let entry = archive.by_index_raw(i).map_err(damaged)?;
        if entry.is_dir() {
            continue;
        }
        if entry.compression() != zip::CompressionMethod::Stored {
            return Err("its zip archive is compressed, which PyTorch does not do".into());
        }
        let name = entry.name().map_err(damaged)?.into_owned();
        let start = entry.data_start().and_then(|s| usize::try_from(s).ok()).unwrap_or(usize::MAX);
        let end = usize::try_from(entry.size()).ok().and_then(|size| start.checked_add(size));
        let Some(end) = end.filter(|&end| end <= bytes.len()) else {
            return Err(format!("the entry '{name}' of its zip archive reaches behind the end"));
        };
        entries.insert(name, start..end);
    }
    let pickled = entries.keys().find(|name| name.ends_with("/data.pkl") || *name == "data.pkl").cloned();
    let Some(pickled) = pickled else {
        return Err("its zip archive holds no data.pkl: PyTorch did not save it".into());
    };
    let folder = pickled.strip_suffix("data.pkl").unwrap_or_default();
    if entries.contains_key(&format!("{folder}constants.pkl")) {
        return Err("it is a TorchScript program; save the network's state_dict, or export it to ONNX".into());
    }
    let order = entries.get(&format!("{folder}byteorder")).map(|range| &bytes[range.clone()]);
    if order.is_some_and(|order| order != b"little") {
        return Err("its values are big-endian".into());
    }
    let data = format!("{folder}data/");
    let storages: Storages<'_> =
        entries.iter().filter_map(|(name, range)| Some((name.strip_prefix(&data)?, range.clone()))).collect();
    let pickle = Pickle::read(&bytes[entries[&pickled].clone()])?;
    collected(&pickle, &storages)
}

/// Five pickles (a number to know the form by, its version, the machine, the weights, the keys of
/// storages), then each storage: the number of its values in 64 bits, and the values.
fn streamed(bytes: &[u8]) -> Result<HashMap<String, Stored>, String> {
    let mut at = 0;
    for _ in 0..3 {
        at += Pickle::read(&bytes[at..])?.length;
    }
    let weights = Pickle::read(&bytes[at..])?;
    at += weights.length;
    let keys = Pickle::read(&bytes[at..])?;
    at += keys.length;
    let Value::List(list) = keys.get(keys.top) else {
        return Err("it has no list of storages".into());
    };
    // The types of storages stand only where they are used.
    let widths: HashMap<&str, usize> = weights.storages().map(|(key, kind)| (key, kind.width())).collect();
    let mut storages = Storages::new();
    for &key in list {
        let key = keys.text(key).ok_or("a key of a storage is no text")?;
        let cut_off = || format!("it is cut off within storage {key}");
        let count = bytes.get(at..at + 8).and_then(|b| b.try_into().ok()).map(u64::from_le_bytes);
        let count = usize::try_from(count.ok_or_else(cut_off)?).map_err(|_| cut_off())?;
        let width = widths.get(key).copied().ok_or("it holds a storage that nothing uses")?;
        let end = count.checked_mul(width).and_then(|size| size.checked_add(at + 8));
        let end = end.filter(|&end| end <= bytes.len()).ok_or_else(cut_off)?;
        storages.insert(key, at + 8..end);
        at = end;
    }
    collected(&weights, &storages)
}

/// The tensors of a dictionary, or of the dictionary in it that holds the weights.
fn collected(pickle: &Pickle<'_>, storages: &Storages<'_>) -> Result<HashMap<String, Stored>, String> {
    let no_dictionary = || "it is no dictionary of tensors; save the network's state_dict".to_owned();
    let mut top = pickle.top;
    let inside = pickle
        .entries(top)
        .ok_or_else(no_dictionary)?
        .find(|(key, id)| INSIDE.contains(key) && matches!(pickle.get(*id), Value::Dict(_)));
    if let Some((_, id)) = inside {
        top = id;
    }
    let mut tensors = HashMap::new();
    for (name, id) in pickle.entries(top).ok_or_else(no_dictionary)? {
        let Value::Tensor { .. } = pickle.get(id) else { continue };
        let stored = stored(pickle, id, storages).map_err(|reason| format!("tensor '{name}': {reason}"))?;
        // Training on several devices puts this before every name.
        let name = name.strip_prefix("module.").unwrap_or(name);
        if tensors.insert(name.to_owned(), stored).is_some() {
            return Err(format!("it holds two tensors of the name '{name}'"));
        }
    }
    Ok(tensors)
}

impl<'f> Pickle<'f> {
    /// Key and type of a storage.
    fn storage(&self, id: Id) -> Option<(&'f str, StorageType)> {
        let Value::Persistent(id) = *self.get(id) else { return None };
        let Value::Tuple(items) = self.get(id) else { return None };
        let [word, kind, key, ..] = items[..] else { return None };
        match (self.text(word)?, self.get(kind)) {
            ("storage", Value::Name(pickle::Name::Storage(kind))) => Some((self.text(key)?, *kind)),
            _ => None,
        }
    }

    /// All storages that are referred to.
    fn storages(&self) -> impl Iterator<Item = (&'f str, StorageType)> + '_ {
        (0..self.count()).filter_map(|id| self.storage(id))
    }
}

fn stored(pickle: &Pickle<'_>, id: Id, storages: &Storages<'_>) -> Result<Stored, String> {
    let Value::Tensor { storage, offset, sides, strides } = *pickle.get(id) else {
        return Err("it is no tensor".into());
    };
    let (key, kind) = pickle.storage(storage).ok_or("its storage cannot be read")?;
    let place =
        storages.get(key).cloned().ok_or_else(|| format!("its storage '{key}' is not in the file"))?;
    let (Some(dims), Some(strides), Ok(offset)) =
        (pickle.sizes(sides), pickle.sizes(strides), usize::try_from(offset))
    else {
        return Err("its sides are no whole numbers of at least 0".into());
    };
    if dims.len() != strides.len() || dims.len() > 16 {
        return Err(format!("its sides {dims:?} and strides {strides:?} do not fit"));
    }
    let available = place.len() / kind.width();
    let count = dims.iter().try_fold(1_usize, |a, &b| a.checked_mul(b));
    let last = dims.iter().zip(&strides).try_fold(offset, |sum, (&d, &s)| {
        d.saturating_sub(1).checked_mul(s).and_then(|reach| sum.checked_add(reach))
    });
    match (count, last) {
        (Some(0), _) => Err("it holds no value".into()),
        (Some(count), Some(last)) if count <= available && last < available => {
            Ok(Stored { kind, storage: place, offset, dims, strides })
        }
        _ => Err(format!("its sides {dims:?} reach behind the {available} values of its storage")),
    }
}
