//! Models of other programs that are broken in some way: one sentence each, no panic, nothing executed,
//! and no more memory than the size of the file justifies.

mod onnx_support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use convscope::model_files::Model;
use convscope::model_files::onnx::proto::{GraphProto, ModelProto, TensorProto};
use onnx_support::Attr::{Int, Ints, Tensor, Text};
use onnx_support::{FLOAT, File, info, raw};
use prost::Message;

/// Counts the memory that is in use and remembers the most.
struct Counting;

static USED: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is handed on to the system's allocator as it came; the counters are beside it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let used = USED.fetch_add(layout.size(), Relaxed) + layout.size();
        MOST.fetch_max(used, Relaxed);
        // SAFETY: the caller keeps the rules of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        USED.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the pointer came from `alloc` above, with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What a file may cost beside a multiple of its size: names, messages, tables of the text.
const BASE: usize = 1 << 20;

/// Loads a file of these bytes: what is said, with the most memory used held against the file's size.
fn refused(name: &str, bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("a file");
    MOST.store(USED.load(Relaxed), Relaxed);
    let before = USED.load(Relaxed);
    let message = match Model::load(&path) {
        Ok(_) => panic!("{name} of {} bytes is accepted", bytes.len()),
        Err(error) => error.to_string(),
    };
    let used = MOST.load(Relaxed) - before;
    assert!(used < 64 * bytes.len() + BASE, "{name}: {used} bytes for {}", bytes.len());
    let message = message.replace(&folder.path().display().to_string(), "");
    assert!(!message.contains('\n') && message.len() < 600, "{message}");
    assert!(message.contains(name), "{message}");
    message
}

#[track_caller]
fn onnx(bytes: &[u8], said: &str) {
    let message = refused("bad.onnx", bytes);
    let start = "/bad.onnx cannot be read as an ONNX model: ";
    assert!(message.starts_with(start) && message.contains(said), "{message}");
}

#[track_caller]
fn torch(bytes: &[u8], said: &str) {
    let message = refused("bad.pth", bytes);
    let start = "/bad.pth cannot be read as PyTorch weights: ";
    assert!(message.starts_with(start) && message.contains(said), "{message}");
}

/// One convolution of four ones.
fn good() -> File {
    File::new(&[1, 1, 3, 3]).weight("w", &[1, 1, 2, 2], &[1.0; 4]).node("Conv", "x w", "y", vec![])
}

fn changed(change: impl FnOnce(&mut File)) -> Vec<u8> {
    let mut file = good();
    change(&mut file);
    file.bytes()
}

/// All in one test: the memory of tests that run beside each other would be counted together.
#[test]
fn broken_models_are_refused_in_one_sentence() {
    // The table of texts and the thread pool are made once.
    assert!(Model::load(Path::new("squeezenet1_1")).is_ok());
    onnx_files();
    bombs();
    torch_files();
    found_by_fuzzing();
    every_truncation();
}

fn onnx_files() {
    let bytes = good().bytes();
    // Truncated, and of another kind.
    onnx(&bytes[..bytes.len() - 9], "cut off");
    onnx(b"", "no graph");
    onnx(b"This is a text and not a network.", "no ONNX file");
    onnx(&[0x50, 0x4b, 3, 4, 0, 0, 0, 0, 0, 0], "");
    onnx(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "Git LFS");
    onnx(&[0xff; 4096], "no ONNX file");
    // A cycle: the convolution reads what follows it.
    let cycle = changed(|f| {
        f.nodes[0].input[0] = "z".into();
        *f = f.clone().node("Relu", "y", "z", vec![]);
    });
    onnx(&cycle, "cycle through node 'relu1' (Relu)");
    // Huge and negative sides.
    onnx(&changed(|f| f.tensors[0].dims = vec![1 << 40, 1 << 40, 2, 2]), "no tensor can have the sides");
    onnx(&changed(|f| f.tensors[0].dims = vec![1 << 31, 1, 2, 2]), "need 34359738368 bytes");
    onnx(&changed(|f| f.tensors[0].dims = vec![-1, -1, 2, 2]), "negative number -1");
    onnx(&changed(|f| f.inputs[0] = info("x", FLOAT, &[1, 1, 1 << 40, 3])), "length 1099511627776");
    onnx(&changed(|f| f.inputs[0] = info("x", FLOAT, &[1, 1, -3, 3])), "length -3");
    onnx(&changed(|f| f.inputs[0] = info("x", FLOAT, &[8000, 8000, 8000, 8000])), "more than");
    // Missing, doubled, of a type that is not read, elsewhere.
    onnx(&changed(|f| f.tensors.clear()), "node 'conv0' (Conv) reads 'w', and no tensor");
    onnx(&changed(|f| f.tensors.push(f.tensors[0].clone())), "two tensors of the name 'w'");
    onnx(&changed(|f| f.nodes.push(f.nodes[0].clone())), "two nodes of the name 'conv0'");
    let twice = changed(|f| {
        f.nodes.push(f.nodes[0].clone());
        f.nodes[1].name = "other".into();
    });
    onnx(&twice, "give the value 'y'");
    onnx(&changed(|f| f.tensors[0].data_type = 8), "tensor 'w': values of type string are not read");
    onnx(&changed(|f| f.tensors[0].data_type = 99), "values of type number 99");
    onnx(&changed(|f| f.inputs[0] = info("x", 7, &[1, 1, 3, 3])), "values of type int64");
    onnx(&changed(|f| f.tensors[0].data_location = 1), "external data");
    onnx(&changed(|f| f.outputs[0].name = "nothing".into()), "nothing gives its output 'nothing'");
    onnx(&changed(|f| f.outputs.clear()), "no input of it reaches an output");
    // Shapes that contradict each other.
    onnx(&changed(|f| f.tensors[0] = raw("w", &[1, 3, 2, 2], &[0.0; 12])), "does not fit 1 input channels");
    onnx(&changed(|f| f.tensors[0] = raw("w", &[1, 1, 9, 9], &[0.0; 81])), "smaller than the 9x9 kernel");
    onnx(&changed(|f| f.tensors[0].raw_data = vec![0; 15].into()), "need 16 bytes, and the file holds 15");
    onnx(&changed(|f| f.tensors[0] = raw("w", &[0, 1, 2, 2], &[])), "does not fit");
    let zero = good().node("Relu", "y", "z", vec![]);
    let strides =
        File { nodes: vec![], ..zero }.node("Conv", "x w", "y", vec![("strides", Ints(vec![0, 1]))]);
    onnx(&strides.bytes(), "at least 1");
    let perm = File::new(&[1, 1, 3, 3]).node("Transpose", "x", "y", vec![("perm", Ints(vec![0, 0, 1, 9]))]);
    onnx(&perm.bytes(), "no axis 9");
    let shape = File::new(&[1, 1, 3, 3]).list("s", &[7, -1]).node("Reshape", "x s", "y", vec![]);
    onnx(&shape.bytes(), "cannot have the sides [7, -1]");
}

/// Files that would unfold into something enormous.
fn bombs() {
    // A message inside a message inside a message, as attributes with graphs are.
    let mut nested = Vec::new();
    for _ in 0..3000 {
        let mut outer = vec![0x3a];
        prost::encoding::encode_varint(nested.len() as u64, &mut outer);
        outer.extend(&nested);
        nested = outer;
    }
    onnx(&nested, "no graph");
    let groups = [0x0b_u8; 100_000];
    onnx(&groups, "no ONNX file");
    // A million empty nodes.
    let graph = GraphProto { node: vec![Default::default(); 1_000_000], ..Default::default() };
    onnx(&ModelProto { graph: Some(graph), ..Default::default() }.encode_to_vec(), "more than 131072 nodes");
    // Weights of a quarter of a gigabyte from a list of four numbers.
    let made =
        File::new(&[1, 64, 3, 3]).list("s", &[1 << 20, 64, 1, 1]).node("ConstantOfShape", "s", "w", vec![]);
    onnx(&made.node("Conv", "x w", "y", vec![]).bytes(), "do not stand in the file");
    // A chain of 100,000 nodes does not use up the stack.
    let mut chain = good();
    for i in 0..100_000 {
        let input = if i == 0 { "missing".into() } else { format!("v{i}") };
        chain = chain.node("Relu", &input, &format!("v{}", i + 1), vec![]);
    }
    chain.outputs[0].name = "v100000".into();
    onnx(&chain.bytes(), "reads 'missing'");
    // Weights of one number each that a few bytes ask for, again and again.
    let side = TensorProto { dims: vec![1], data_type: FLOAT, float_data: vec![1.0], ..Default::default() };
    let mut filled = File::new(&[1, 1, 3, 3]).list("s", &[1 << 30, 1 << 30]);
    filled = filled.node("ConstantOfShape", "s", "w", vec![("value", Tensor(side))]);
    let filled = filled.node("Flatten", "x", "f", vec![]).node("MatMul", "f w", "y", vec![]);
    onnx(&filled.bytes(), "");
    // Each norm needs little, but there are many on a wide map.
    let wide = 1_i64 << 27;
    let mut many = File::new(&[1, wide]).weight("c", &[1], &[2.0]);
    for i in 0..40 {
        let input = if i == 0 { "x".into() } else { format!("m{i}") };
        many = many.node("Mul", &format!("{input} c"), &format!("m{}", i + 1), vec![]);
    }
    many.outputs[0].name = "m40".into();
    onnx(&many.bytes(), "more than");
    // A few numbers that ask for places without end.
    let row = || File::new(&[1, 1, 1, 4]);
    for long in [1 << 24, i64::MAX] {
        onnx(
            &row().list("s", &[1, 1, long, 4]).node("Expand", "x s", "y", vec![]).bytes(),
            "do not stand in",
        );
        onnx(&row().list("s", &[1, 1, long, 1]).node("Tile", "x s", "y", vec![]).bytes(), "do not stand in");
    }
    // One axis of all values of a large map, of which a node would list the places.
    let flat = || {
        File::new(&[1, 16, 8192, 4096]).list("s", &[1, -1]).list("a", &[3]).node(
            "Reshape",
            "x s",
            "f",
            vec![],
        )
    };
    for (op, inputs) in [("Softmax", "f"), ("Slice", "f a e o"), ("Gather", "f a"), ("Pad", "f p")] {
        let lists = flat().list("p", &[0, 1, 0, 2]).list("e", &[9]).list("o", &[1]);
        let last = lists.node(op, inputs, "y", vec![("axis", Int(1))]);
        onnx(&last.bytes(), "do not stand in");
    }
}

fn torch_files() {
    torch(b"", "neither of the two forms");
    torch(b"PK\x03\x04 no archive", "zip archive is damaged");
    let whole = zip_file(&state(b""), &[("0", &[0; 16])]);
    torch(&whole[..whole.len() - 30], "zip archive is damaged");
    // Code that would run in Python.
    let system = b"\x80\x02cposix\nsystem\nq\x00X\x04\x00\x00\x00trueq\x01\x85q\x02Rq\x03.";
    torch(&zip_file(system, &[]), "it refers to posix.system");
    let marker = tempfile::tempdir().expect("a folder").path().join("run");
    let call = format!("cos\nsystem\n(S'touch {}'\ntR.", marker.display());
    torch(&zip_file(call.as_bytes(), &[]), "nothing of it was executed");
    assert!(!marker.exists());
    let object = b"\x80\x02ctorchvision.models.resnet\nResNet\n)\x81}b.";
    torch(&zip_file(object, &[]), "torchvision.models.resnet.ResNet");
    // Tensors that do not lie in the file.
    torch(&zip_file(&state(b""), &[]), "its storage '0' is not in the file");
    torch(&zip_file(&state(b""), &[("0", &[0; 15])]), "reach behind the 3 values");
    torch(&zip_file(&state(b"\x8a\x05\xff\xff\xff\xff\x7f"), &[("0", &[0; 16])]), "reach behind");
    torch(&zip_file(b"}.", &[]), "no tensors by name");
    torch(&zip_file(b"K\x01.", &[]), "no dictionary");
    torch(&zip_file(b"]q\x00h\x00a.", &[]), "no dictionary");
    // Nested and doubled values.
    torch(&zip_file(&[vec![b')'], vec![0x85; 500_000], vec![b'.']].concat(), &[]), "no dictionary");
    let mut laughs = b"]q\x00".to_vec();
    (0..5000).for_each(|_| laughs.extend(b"](h\x00h\x00eq\x00"));
    laughs.push(b'.');
    torch(&zip_file(&laughs, &[]), "no dictionary");
    // The stream form: its number, then something else.
    let magic = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.";
    torch(magic, "cut off");
    torch(&[magic.as_slice(), b"\x80\x02M\xe9\x03.}.cos\nsystem\n."].concat(), "it refers to os.system");
    // Tensors of no network that is known.
    let message = refused("bad.pth", &zip_file(&state(b""), &[("0", &[0; 16])]));
    assert!(message.contains("no known network"), "{message}");
}

/// `{"w": tensor of 4 floats}`, perhaps with another offset.
fn state(offset: &[u8]) -> Vec<u8> {
    let offset = if offset.is_empty() { b"K\x00".as_slice() } else { offset };
    let parts: [&[u8]; 7] = [
        b"\x80\x02}X\x01\x00\x00\x00wctorch._utils\n_rebuild_tensor_v2\n(",
        b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x04tQ",
        offset,
        b"K\x02K\x02\x86K\x02K\x01\x86",
        b"\x89ccollections\nOrderedDict\n)R",
        b"tR",
        b"s.",
    ];
    parts.concat()
}

/// A zip archive without compression, as PyTorch writes it.
fn zip_file(pickle: &[u8], storages: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut entry = |name: &str, bytes: &[u8]| {
        zip.start_file(name, options).expect("an entry");
        zip.write_all(bytes).expect("bytes");
    };
    entry("archive/data.pkl", pickle);
    storages.iter().for_each(|(key, bytes)| entry(&format!("archive/data/{key}"), bytes));
    zip.finish().expect("an archive").into_inner()
}

/// What the fuzz targets found: sentences of several lines, and numbers that overflow.
fn found_by_fuzzing() {
    let lines = changed(|f| {
        f.nodes[0].name = "a\nb".into();
        f.nodes[0].op_type = "Con\nv".into();
    });
    onnx(&lines, "node 'a\\nb' (Con\\nv)");
    torch(include_bytes!("../fuzz/seeds/torch/name_of_many_lines.pth"), "\\u{0}");
    let key = br#"{"name": "n", "ti\ntle": 1}"#;
    assert!(refused("bad.json", key).contains("ti\\ntle"));
    let huge =
        File::new(&[1, 1, 1, 2]).weight("s", &[4], &[1., 1., 3e19, 3e19]).node("Relu", "x", "r", vec![]);
    let huge = huge.node("Resize", "r - s", "y", vec![("mode", Text("nearest"))]).import();
    assert!(huge.notes.iter().any(|note| note.to_string().contains("give no map")), "{:?}", huge.notes);
    // The lowest number has no positive counterpart.
    let lowest = |count: usize| [vec![i64::MIN], vec![0; count - 1]].concat();
    let small = || File::new(&[1, 1, 2, 2]).node("Relu", "x", "r", vec![]);
    let border = small().list("p", &lowest(8)).node("Pad", "r p", "y", vec![]).import();
    assert!(border.notes.iter().any(|note| note.to_string().contains("too wide")), "{:?}", border.notes);
    for (name, count) in [("pads", 4), ("output_padding", 2), ("output_shape", 2)] {
        let deconv = small().weight("w", &[1, 1, 2, 2], &[1.0; 4]);
        let said = format!("'{name}' is [-9223372036854775808");
        let refused = deconv.node("ConvTranspose", "r w", "y", vec![(name, Ints(lowest(count)))]).refused();
        assert!(refused.contains(&said), "{refused}");
    }
}

/// Every beginning of a small network, and every byte of it changed: never a panic.
fn every_truncation() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exports/shuffle_opset11.onnx");
    let whole = std::fs::read(path).expect("an export");
    let import = |bytes: Vec<u8>| convscope::model_files::onnx::import(bytes.into(), None);
    assert!(import(whole.clone()).is_ok());
    for end in 0..whole.len() {
        drop(import(whole[..end].to_vec()));
    }
    let pickle = state(b"");
    for place in 0..pickle.len() {
        for value in [0, 0x28, 0x52, 0x7f, 0xff] {
            let mut changed = pickle.clone();
            changed[place] = value;
            drop(convscope::model_files::TorchFile::parse(zip_file(&changed, &[("0", &[0; 16])])));
        }
    }
    for place in 0..whole.len() {
        let mut changed = whole.clone();
        changed[place] = changed[place].wrapping_add(1 + (place % 250) as u8);
        drop(import(changed));
    }
}
