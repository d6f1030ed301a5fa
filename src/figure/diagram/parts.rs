//! What stands for a node: how large it is, and what is written above and below it.

use super::words;
use crate::figure::{StudyRun, TextSize, View, text_width};
use crate::graph::{NodeId, Op};

/// Height of a line of captions.
pub const LINE: f32 = 14.5;
/// Space between a box and its captions.
pub const PAD: f32 = 4.0;
/// Width of the bar of the share of the MACs.
pub const BAR: f32 = 22.0;
/// Radius of a circle, and half the height of a plate.
pub const HALF_PLATE: f32 = 9.5;
/// Nothing that shows pixels is smaller, in points.
const LEAST: f32 = 5.0;
/// Depth of the value with the most channels, in sides of the largest face.
const DEEPEST: f32 = 0.42;
/// Direction of the depth: to the right and up.
const DEPTH: [f32; 2] = [0.8, 0.5];

/// What a node looks like.
#[derive(Clone, Debug, PartialEq)]
pub enum Look {
    /// A box: face and depth.
    Cuboid {
        /// Width, height and channels in shares of the largest of the operator.
        share: [f32; 3],
    },
    /// A value of one pixel per channel: a bar with the channels from top to bottom.
    Vector {
        /// Channels in shares of the most.
        share: f32,
    },
    /// A step that changes no structure: a word on a plate.
    Plate(String),
    /// An addition.
    Sum,
}

/// What stands for a node.
#[derive(Clone, Debug)]
pub struct Part {
    /// The node.
    pub node: NodeId,
    /// What it looks like.
    pub look: Look,
    /// Whether it is an input or output of the operator: that stands in the first caption.
    pub end: bool,
    /// `3×3` of a convolution.
    pub kernel: Option<String>,
    /// Lines above it: `Output`, `3×3 conv`, `g = 4`.
    pub above: Vec<String>,
    /// The shape below it, in full and short.
    pub shape: [String; 2],
    /// Whether the shape is that of its first input.
    pub same_shape: bool,
    /// Its share of the operator's MACs, `0 ..= 1`.
    pub macs: Option<f64>,
}

/// How much is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Everything.
    Full,
    /// Short shapes.
    Short,
    /// Short shapes where they change, captions in more lines.
    Narrow,
    /// Shapes of inputs and outputs only, the share of the MACs as a number beside the operation.
    Least,
    /// Of convolutions the kernel alone, nothing below the boxes; the rest is in the tips.
    Bare,
}

/// Size of the largest face, and how much is written.
#[derive(Clone, Copy, Debug)]
pub struct Sizing {
    /// Longer side of the largest face, in points.
    pub side: f32,
    /// How much is written.
    pub detail: Detail,
}

/// Width and height of the face, and how far its back is moved right and up.
#[derive(Clone, Copy, Debug)]
pub struct Body {
    /// Width of the face.
    pub w: f32,
    /// Height of the face.
    pub h: f32,
    /// The back is moved to the right.
    pub right: f32,
    /// The back is moved up.
    pub up: f32,
}

impl Body {
    /// Width of all of it.
    pub fn width(&self) -> f32 {
        self.w + self.right
    }

    /// Height of all of it.
    pub fn height(&self) -> f32 {
        self.h + self.up
    }
}

/// The parts of an operator, in the order of its nodes.
pub fn parts(run: &StudyRun, view: &View<'_>) -> Vec<Part> {
    let shapes = || run.graph.nodes().iter().map(|node| node.shape);
    let side = shapes().map(|s| s.h.max(s.w)).max().unwrap_or(1) as f32;
    let channels = shapes().map(|s| s.c).max().unwrap_or(1) as f32;
    let total = run.cost.total.macs as f64;
    let part = |(node, n): (NodeId, &crate::graph::Node)| {
        let role = words::role(view.lang, run, node);
        let mut above = words::operation(view.lang, run, node);
        let small = role.is_none();
        let depth = n.shape.c as f32 / channels;
        let look = match n.op {
            Op::Add if small => Look::Sum,
            Op::BatchNorm { .. }
            | Op::Normalize { .. }
            | Op::LocalResponseNorm(_)
            | Op::Activation(_)
            | Op::Concat
            | Op::Softmax
                if small =>
            {
                Look::Plate(above.concat())
            }
            _ if n.shape.plane() == 1 => Look::Vector { share: depth },
            _ => Look::Cuboid { share: [n.shape.w as f32 / side, n.shape.h as f32 / side, depth] },
        };
        if matches!(look, Look::Plate(_) | Look::Sum) {
            above.clear();
        }
        let end = role.is_some();
        if let Some(role) = role {
            if matches!(n.op, Op::Input) {
                above.clear();
            }
            above.insert(0, role);
        }
        let macs = run.cost.nodes[node.index()].macs;
        let kernel = match &n.op {
            Op::Conv2d(conv) => Some(format!("{0}×{0}", conv.kernel)),
            _ => None,
        };
        Part {
            node,
            look,
            end,
            kernel,
            above,
            shape: [false, true].map(|short| words::shape(n.shape, short)),
            same_shape: n.inputs.first().is_some_and(|&i| run.graph.shape(i) == n.shape),
            macs: (macs > 0).then(|| macs as f64 / total),
        }
    };
    run.graph.iter().map(part).collect()
}

impl Part {
    /// Whether it has captions.
    fn is_written(&self) -> bool {
        matches!(self.look, Look::Cuboid { .. } | Look::Vector { .. })
    }

    /// Its size.
    pub fn body(&self, sizing: Sizing) -> Body {
        let side = sizing.side;
        match &self.look {
            Look::Cuboid { share: [w, h, channels] } => {
                let depth = (side * DEEPEST * channels).max(2.5);
                let [right, up] = DEPTH.map(|d| d * depth);
                Body { w: (side * w).max(LEAST), h: (side * h).max(LEAST), right, up }
            }
            Look::Vector { share } => {
                let h = (side * share).max(2.0 * LEAST);
                Body { w: (side * 0.1).clamp(LEAST, 12.0), h, right: 0.0, up: 0.0 }
            }
            Look::Plate(word) => {
                let w = text_width(word, TextSize::Small) + 10.0;
                Body { w, h: 2.0 * HALF_PLATE, right: 0.0, up: 0.0 }
            }
            Look::Sum => Body { w: 2.0 * HALF_PLATE, h: 2.0 * HALF_PLATE, right: 0.0, up: 0.0 },
        }
    }

    /// The lines above it.
    pub fn lines_above(&self, detail: Detail) -> Vec<String> {
        let (role, operation) = self.above.split_at(usize::from(self.end));
        let line = match detail {
            Detail::Full | Detail::Short => return self.above.clone(),
            Detail::Narrow => return self.above.iter().flat_map(|line| broken(line)).collect(),
            Detail::Least => {
                let share = self.share();
                operation.iter().cloned().chain(share).collect::<Vec<_>>().join(" ")
            }
            Detail::Bare => self.kernel.clone().or_else(|| operation.first().cloned()).unwrap_or_default(),
        };
        role.iter().cloned().chain((!line.is_empty()).then_some(line)).collect()
    }

    /// Its shape, where it is told.
    pub fn line_below(&self, detail: Detail) -> Option<&str> {
        let told = match detail {
            Detail::Full | Detail::Short => true,
            Detail::Narrow => self.end || !self.same_shape,
            Detail::Least => self.end,
            Detail::Bare => false,
        };
        (self.is_written() && told).then(|| self.shape[usize::from(detail > Detail::Full)].as_str())
    }

    /// `43 %`.
    fn share(&self) -> Option<String> {
        self.macs.map(|share| match share * 100.0 {
            percent if percent < 0.5 => "< 1 %".into(),
            percent => format!("{percent:.0} %"),
        })
    }

    /// The same, where it stands below the box beside a bar.
    pub fn share_below(&self, detail: Detail) -> Option<String> {
        if detail < Detail::Least { self.share() } else { None }
    }

    /// Width of all that belongs to it.
    pub fn width(&self, sizing: Sizing) -> f32 {
        let text = |text: &str| text_width(text, TextSize::Small);
        let lines = self.lines_above(sizing.detail);
        let above = lines.iter().map(|line| text(line)).fold(0.0, f32::max);
        let below = self.line_below(sizing.detail).map_or(0.0, text);
        let share = self.share_below(sizing.detail).map_or(0.0, |share| BAR + PAD + text(&share));
        self.body(sizing).width().max(above).max(below).max(share)
    }

    /// From its middle, where arrows arrive, up to the end of all that belongs to it.
    pub fn upper(&self, sizing: Sizing) -> f32 {
        let lines = self.lines_above(sizing.detail).len() as f32;
        self.body(sizing).height() / 2.0 + if lines > 0.0 { PAD + lines * LINE } else { 0.0 }
    }

    /// From its middle down to the end of all that belongs to it.
    pub fn lower(&self, sizing: Sizing) -> f32 {
        let lines = usize::from(self.line_below(sizing.detail).is_some())
            + usize::from(self.share_below(sizing.detail).is_some());
        self.body(sizing).height() / 2.0 + if lines > 0 { PAD + lines as f32 * LINE } else { 0.0 }
    }
}

/// A caption in lines: broken at spaces, but `g = 4` stays whole.
fn broken(line: &str) -> Vec<String> {
    if line.contains('=') {
        return vec![line.to_owned()];
    }
    line.split(' ').map(str::to_owned).collect()
}
