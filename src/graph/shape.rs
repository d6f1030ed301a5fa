//! One shape rule per operation. Free functions; the error is the reason, without the node's name.

use super::{Conv2d, NormOver, Padding, Pool2d, PoolAxis, PoolKind, ResponseNorm, Wiring};
use crate::tensor::Shape;

/// `floor((size + padding - dilation * (kernel - 1) - 1) / stride) + 1`.
fn windows(size: usize, padding: usize, kernel: usize, stride: usize, dilation: usize) -> Option<usize> {
    let reach = dilation * (kernel - 1) + 1;
    (size + padding).checked_sub(reach).map(|rest| rest / stride + 1)
}

fn checked(shape: Shape) -> Result<Shape, String> {
    shape.check().map_err(|e| e.to_string())
}

/// # Shapes
/// `x: [N, I, H, W]` and a kernel `[O, slots, k, k]` give `[N, O, H', W']`.
pub(super) fn conv2d(x: Shape, conv: &Conv2d, out_channels: usize) -> Result<Shape, String> {
    let Conv2d { kernel, stride, padding, dilation, wiring } = conv;
    if *kernel == 0 || *stride == 0 || *dilation == 0 || out_channels == 0 {
        return Err("kernel, stride, dilation and output channels must be at least 1".into());
    }
    match wiring {
        Wiring::Grouped(g) => {
            if *g == 0 || !x.c.is_multiple_of(*g) || !out_channels.is_multiple_of(*g) {
                return Err(format!(
                    "{g} groups do not divide {} input and {out_channels} output channels",
                    x.c
                ));
            }
        }
        Wiring::Listed(listed) => {
            let kernels = || listed.outputs.iter().flatten();
            if listed.outputs.len() != out_channels
                || kernels().any(|k| k.input as usize >= x.c || k.slot as usize >= listed.slots)
            {
                return Err(format!("the list of kernels does not fit {} -> {out_channels}", x.c));
            }
        }
    }
    let Padding { top, bottom, left, right } = padding;
    let h = windows(x.h, top + bottom, *kernel, *stride, *dilation);
    let w = windows(x.w, left + right, *kernel, *stride, *dilation);
    let (Some(h), Some(w)) = (h, w) else {
        return Err(format!(
            "a map of {} x {} pixels is smaller than the {kernel}x{kernel} kernel (dilation {dilation})",
            x.h, x.w
        ));
    };
    checked(Shape::new(x.n, out_channels, h, w))
}

/// # Shapes
/// `x: [N, C, H, W]` gives `[N, C, H', W']`.
pub(super) fn pool2d(x: Shape, pool: &Pool2d) -> Result<Shape, String> {
    let numbers = [pool.kernel, pool.stride, pool.dilation];
    if numbers.as_flattened().contains(&0) {
        return Err("window, stride and dilation must be at least 1".into());
    }
    let side = |axis: PoolAxis, size: usize| {
        let all = size + axis.before + axis.after;
        if !pool.ceil {
            return Some(all.checked_sub(axis.reach())? / axis.stride + 1);
        }
        // The last window may hang over the edge, but it must start inside the map.
        let full = all.saturating_sub(axis.reach()).div_ceil(axis.stride) + 1;
        Some(if (full - 1) * axis.stride >= size + axis.before { full - 1 } else { full })
    };
    let (Some(h), Some(w)) = (side(pool.rows(), x.h), side(pool.columns(), x.w)) else {
        let ([kh, kw], [dh, dw]) = (pool.kernel, pool.dilation);
        let gaps = if [dh, dw] == [1, 1] { String::new() } else { format!(" (dilation {dh}x{dw})") };
        return Err(format!("a map of {} x {} pixels is smaller than the {kh}x{kw} window{gaps}", x.h, x.w));
    };
    // A window over the border alone has no value; with the border's pixels its mean is 0.
    let empty = |axis: PoolAxis, windows: usize, size: usize| {
        let first = axis.before.div_ceil(axis.stride).min(windows);
        (0..first).chain([windows - 1]).any(|i| axis.taps(i, size).is_empty())
    };
    if pool.kind != PoolKind::AverageWithBorder
        && (empty(pool.rows(), h, x.h) || empty(pool.columns(), w, x.w))
    {
        return Err("a window holds no pixel of the map: the border must be narrower than the window".into());
    }
    checked(Shape { h, w, ..x })
}

/// # Shapes
/// `x: [N, C, h0, w0]` gives `[N, C, h, w]` with `h0 = ceil(h / factor)`.
pub(super) fn upsample(x: Shape, factor: usize, h: usize, w: usize) -> Result<Shape, String> {
    if factor == 0 || h.div_ceil(factor) != x.h || w.div_ceil(factor) != x.w {
        return Err(format!("{} x {} pixels repeated {factor} times do not give {h} x {w}", x.h, x.w));
    }
    checked(Shape { h, w, ..x })
}

/// # Shapes
/// `[N, C, H, W]` gives `[N, C, h, w]`.
pub(super) fn adaptive_pool(x: Shape, h: usize, w: usize) -> Result<Shape, String> {
    checked(Shape { h, w, ..x })
}

/// # Shapes
/// `[N, C, H, W]` gives `[N, C H W, 1, 1]`.
pub(super) fn flatten(x: Shape) -> Shape {
    Shape::new(x.n, x.c * x.plane(), 1, 1)
}

/// # Shapes
/// `[N, C, H, W]` and the same, or `[N, C, 1, 1]`, give `[N, C, H, W]`.
pub(super) fn multiply(x: Shape, factor: Shape) -> Result<Shape, String> {
    if factor == x || factor == (Shape { h: 1, w: 1, ..x }) {
        Ok(x)
    } else {
        Err(format!("cannot multiply maps of shape {x} by {factor}"))
    }
}

/// # Shapes
/// Equal shapes give the same shape.
pub(super) fn add(a: Shape, b: Shape) -> Result<Shape, String> {
    if a == b { Ok(a) } else { Err(format!("cannot add maps of shape {a} and {b}")) }
}

/// # Shapes
/// `[N, C1, H, W], [N, C2, H, W], ...` give `[N, C1 + C2 + ..., H, W]`.
pub(super) fn concat(parts: &[Shape]) -> Result<Shape, String> {
    let Some(&first) = parts.first() else {
        return Err("nothing to join".into());
    };
    if let Some(other) = parts.iter().find(|p| p.with_channels(first.c) != first) {
        return Err(format!("cannot join maps of shape {first} and {other} along the channels"));
    }
    checked(first.with_channels(parts.iter().map(|p| p.c).sum()))
}

/// # Shapes
/// `[N, C, H, W]` gives `[N, len, H, W]`.
pub(super) fn slice(x: Shape, start: usize, len: usize) -> Result<Shape, String> {
    if len == 0 || start + len > x.c {
        return Err(format!("channels {start} to {} do not exist in {x}", start + len));
    }
    Ok(x.with_channels(len))
}

/// # Shapes
/// `x: [N, C, h0, w0]` gives `[N, C, h, w]` with `h0 = ceil(h / kernel)`.
pub(super) fn depthwise_transpose(x: Shape, kernel: usize, h: usize, w: usize) -> Result<Shape, String> {
    upsample(x, kernel, h, w)
}

/// # Shapes
/// As `x`, whose channels fall into equal groups.
pub(super) fn normalize(x: Shape, over: NormOver) -> Result<Shape, String> {
    match over {
        NormOver::Groups(groups) if groups == 0 || !x.c.is_multiple_of(groups) => {
            Err(format!("{groups} groups do not divide the {} channels", x.c))
        }
        NormOver::Pixel | NormOver::Groups(_) => Ok(x),
    }
}

/// # Shapes
/// As `x`.
pub(super) fn response_norm(x: Shape, norm: &ResponseNorm) -> Result<Shape, String> {
    if norm.size == 0 { Err("its window has no channel".into()) } else { Ok(x) }
}

/// # Shapes
/// `[N, C, H, W]` gives `[N, channels, H, W]`.
pub(super) fn gather(x: Shape, channels: &[u32]) -> Result<Shape, String> {
    if channels.is_empty() {
        return Err("no channel is taken".into());
    }
    within(x, channels)?;
    checked(x.with_channels(channels.len()))
}

/// # Shapes
/// `[N, channels, H, W]` gives `[N, out_channels, H, W]`.
pub(super) fn scatter_add(x: Shape, channels: &[u32], out_channels: usize) -> Result<Shape, String> {
    if x.c != channels.len() {
        return Err(format!("{x} has another number of channels than the {} places", channels.len()));
    }
    let y = checked(x.with_channels(out_channels))?;
    within(y, channels)?;
    Ok(y)
}

fn within(x: Shape, channels: &[u32]) -> Result<(), String> {
    match channels.iter().find(|&&c| c as usize >= x.c) {
        Some(c) => Err(format!("channel {c} does not exist in {x}")),
        None => Ok(()),
    }
}

/// # Shapes
/// `a, b: [N, C, H, W]` and `w: [N, C, 1, 1]` give the shape of `a`.
pub(super) fn blend(a: Shape, b: Shape, w: Shape) -> Result<Shape, String> {
    let a = add(a, b)?;
    if w == (Shape { h: 1, w: 1, ..a }) { Ok(a) } else { Err(format!("weights {w} do not fit maps {a}")) }
}
