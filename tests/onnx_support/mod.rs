//! ONNX files made in tests.
#![allow(dead_code, reason = "each file of tests uses a part")]

use convscope::exec::Ctl;
use convscope::exec::backend::{Backend, Device, Plan};
use convscope::graph::Op;
use convscope::model_files::OutputTensor;
use convscope::model_files::onnx::proto::{
    AttributeProto, Dimension, GraphProto, ModelProto, NodeProto, OperatorSetId, TensorProto, TensorShape,
    TensorType, TypeProto, ValueInfo,
};
use convscope::model_files::onnx::{Imported, import};
use prost::Message;

/// Types of values, `TensorProto.DataType`.
pub const FLOAT: i32 = 1;
pub const INT64: i32 = 7;
pub const HALF: i32 = 10;
pub const DOUBLE: i32 = 11;

/// An attribute of a node.
pub enum Attr {
    Int(i64),
    Float(f32),
    Ints(Vec<i64>),
    Text(&'static str),
    Tensor(TensorProto),
}

/// A file in parts that can be changed.
#[derive(Clone, Default)]
pub struct File {
    pub nodes: Vec<NodeProto>,
    pub tensors: Vec<TensorProto>,
    pub inputs: Vec<ValueInfo>,
    pub outputs: Vec<ValueInfo>,
    pub opset: i64,
}

/// A tensor of floats as bytes.
pub fn raw(name: &str, dims: &[i64], values: &[f32]) -> TensorProto {
    let raw_data: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    TensorProto {
        name: name.into(),
        dims: dims.to_vec(),
        data_type: FLOAT,
        raw_data: raw_data.into(),
        ..Default::default()
    }
}

/// A list of whole numbers.
pub fn list(name: &str, values: &[i64]) -> TensorProto {
    TensorProto {
        name: name.into(),
        dims: vec![values.len() as i64],
        data_type: INT64,
        int64_data: values.to_vec(),
        ..Default::default()
    }
}

/// An input or output; a side of 0 is open.
pub fn info(name: &str, data_type: i32, dims: &[i64]) -> ValueInfo {
    let dim = |&d: &i64| match d {
        0 => Dimension { dim_value: None, dim_param: Some("n".into()) },
        d => Dimension { dim_value: Some(d), dim_param: None },
    };
    let shape = TensorShape { dim: dims.iter().map(dim).collect() };
    let tensor_type = Some(TensorType { elem_type: data_type, shape: Some(shape) });
    ValueInfo { name: name.into(), r#type: Some(TypeProto { tensor_type }) }
}

impl File {
    /// A file of opset 13 with one input `x` and one output `y`.
    pub fn new(input: &[i64]) -> Self {
        let (inputs, outputs) = (vec![info("x", FLOAT, input)], vec![info("y", FLOAT, &[])]);
        Self { inputs, outputs, opset: 13, ..Self::default() }
    }

    /// Adds a tensor of floats.
    pub fn weight(mut self, name: &str, dims: &[i64], values: &[f32]) -> Self {
        self.tensors.push(raw(name, dims, values));
        self
    }

    /// Adds a list of whole numbers.
    pub fn list(mut self, name: &str, values: &[i64]) -> Self {
        self.tensors.push(list(name, values));
        self
    }

    /// Adds a node that is named after its operator; values are separated by spaces.
    pub fn node(mut self, op: &str, inputs: &str, outputs: &str, attributes: Vec<(&str, Attr)>) -> Self {
        let names = |text: &str| {
            text.split(' ').filter(|n| !n.is_empty()).map(|n| n.trim_matches('-').to_owned()).collect()
        };
        let attribute = attributes.into_iter().map(|(name, value)| {
            let mut a = AttributeProto { name: name.into(), ..Default::default() };
            match value {
                Attr::Int(i) => a.i = i,
                Attr::Float(f) => a.f = f,
                Attr::Ints(ints) => a.ints = ints,
                Attr::Text(s) => a.s = s.into(),
                Attr::Tensor(t) => a.t = Some(t.encode_to_vec().into()),
            }
            a.encode_to_vec().into()
        });
        let node = NodeProto {
            input: names(inputs),
            output: names(outputs),
            name: format!("{}{}", op.to_lowercase(), self.nodes.len()),
            op_type: op.into(),
            attribute: attribute.collect(),
            domain: String::new(),
        };
        self.nodes.push(node);
        self
    }

    /// Uses another version of the operators.
    pub fn opset(self, opset: i64) -> Self {
        Self { opset, ..self }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let encoded = |messages: &mut dyn Iterator<Item = Vec<u8>>| messages.map(Into::into).collect();
        let graph = GraphProto {
            node: encoded(&mut self.nodes.iter().map(Message::encode_to_vec)),
            name: "graph".into(),
            initializer: encoded(&mut self.tensors.iter().map(Message::encode_to_vec)),
            input: encoded(&mut self.inputs.iter().map(Message::encode_to_vec)),
            output: encoded(&mut self.outputs.iter().map(Message::encode_to_vec)),
            sparse_initializer: vec![],
        };
        let opset_import = vec![OperatorSetId { domain: String::new(), version: self.opset }];
        ModelProto { ir_version: 8, graph: Some(graph), opset_import, ..Default::default() }.encode_to_vec()
    }

    pub fn import(&self) -> Imported {
        import(self.bytes().into(), None).unwrap_or_else(|e| panic!("{e}"))
    }

    pub fn refused(&self) -> String {
        import(self.bytes().into(), None).expect_err("it must be refused")
    }

    /// The outputs for one input, the same from the oracle and the CPU's executor.
    pub fn run(&self, values: &[f32]) -> Vec<OutputTensor> {
        run(&self.import(), &[values.to_vec()])
    }
}

/// The outputs of an imported network, from the oracle; the CPU's executor must agree.
pub fn run(imported: &Imported, inputs: &[Vec<f32>]) -> Vec<OutputTensor> {
    let graph = &imported.graph;
    let maps: Vec<_> = imported
        .inputs
        .iter()
        .zip(graph.inputs())
        .zip(inputs)
        .map(|((port, &id), values)| {
            port.to_map(graph.shape(id), &port.dims, values.clone()).expect("its sides")
        })
        .collect();
    let results = [Backend::Reference, Backend::Candle].map(|backend| {
        let device = Device::open(backend).expect("a processor");
        let trace = Plan::new(&device, graph).expect("a plan").run(&maps, &Ctl::default()).expect("a run");
        let outputs = imported.outputs.iter().zip(graph.outputs());
        outputs
            .map(|(port, (_, id))| port.tensor(&device.read(trace.value(*id)).expect("on the host")))
            .collect::<Vec<_>>()
    });
    for (a, b) in results[0].iter().zip(&results[1]) {
        assert!(distance(&a.values, &b.values) < 1e-5, "{}: {:?} {:?}", a.name, a.values, b.values);
    }
    let [reference, _] = results;
    reference
}

/// A file of one convolution whose weights are ones.
pub fn conv(input: &[i64], kernel: &[i64], attributes: Vec<(&str, Attr)>) -> File {
    let count = kernel.iter().product::<i64>() as usize;
    File::new(input).weight("w", kernel, &vec![1.0; count]).node("Conv", "x w", "y", attributes)
}

/// The one output of a file has these sides and values.
#[track_caller]
pub fn output(file: &File, input: &[f32], dims: &[usize], expected: &[f32]) {
    let outputs = file.run(input);
    assert_eq!(outputs[0].dims, dims);
    assert!(distance(&outputs[0].values, expected) < 1e-6, "{:?}", outputs[0].values);
}

/// The operations of a file's graph, inputs left out.
pub fn operations(file: &File) -> Vec<&'static str> {
    let graph = file.import().graph;
    graph.nodes().iter().filter(|n| n.op != Op::Input).map(|n| n.op.name()).collect()
}

/// `|a - b| / |b|`.
pub fn distance(a: &[f32], b: &[f32]) -> f64 {
    assert_eq!(a.len(), b.len());
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>().sqrt();
    let difference = norm(&mut a.iter().zip(b).map(|(a, b)| f64::from(a - b)));
    difference / norm(&mut b.iter().map(|&b| f64::from(b))).max(1e-12)
}

/// `1, 2, 3, ..`.
pub fn counted(count: usize) -> Vec<f32> {
    (1..=count).map(|i| i as f32).collect()
}
