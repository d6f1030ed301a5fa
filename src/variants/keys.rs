//! How a layer file names what the geometry of an operator holds.

/// Where a side of the geometry comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// The key of this name.
    Named(&'static str),
    /// Always this; the file has no key for it.
    Fixed(usize),
}

/// Where the geometry of an operator comes from in a layer file. The padding is "same" unless the file
/// has the key `padding`, which only the standard convolution may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keys {
    /// Key of the input channels.
    pub in_channels: &'static str,
    /// Key of the output channels.
    pub out_channels: &'static str,
    /// Kernel side.
    pub kernel: Key,
    /// Stride.
    pub stride: Key,
    /// Whether the file has the key `padding`.
    pub padding: bool,
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            in_channels: "in_channels",
            out_channels: "out_channels",
            kernel: Key::Named("kernel"),
            stride: Key::Named("stride"),
            padding: false,
        }
    }
}

impl Keys {
    /// Keys of an operator that gives as many channels as it gets, `channels`, at stride 1.
    pub const fn square(kernel: Key) -> Self {
        Self {
            in_channels: "channels",
            out_channels: "channels",
            kernel,
            stride: Key::Fixed(1),
            padding: false,
        }
    }
}
