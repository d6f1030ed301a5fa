//! Running a packed convolution. The unsafe code of the convolution outside the kernels is here.

use std::cell::RefCell;
use std::mem::MaybeUninit;
use std::ops::Range;

use super::super::buffer::{LINE, MIN_TASK, Unwritten, as_unwritten, fill, from_line};
use super::super::simd::Clamp;
use super::super::simd::micro::{MAX_OUTPUTS, MixedArgs, PixelVector, PixelsArgs, is_half};
use super::super::spread::spread;
use super::{Block, Bundle, Copies, Gate, Input, Item, Lanes, MIN_TASK_MACS, PackedConv, Residual, even};

/// Memory that many threads read.
#[derive(Clone, Copy)]
pub(super) struct From(*const f32);

// SAFETY: it is read only, and outlives the parallel loops.
unsafe impl Sync for From {}
// SAFETY: as above.
unsafe impl Send for From {}

impl From {
    /// Values that the pieces of work of one thread read.
    pub(super) const fn new(values: &[f32]) -> Self {
        Self(values.as_ptr())
    }

    /// The address of a value; a method, so that closures capture the whole.
    pub(super) const fn at(self, place: usize) -> *const f32 {
        self.0.wrapping_add(place)
    }
}

/// The output, written by many threads, each at other places.
#[derive(Clone, Copy)]
pub(super) struct Out(*mut f32);

// SAFETY: no two items of work write the same value (each output channel is in one block of one
// bundle, each pixel in one range of one image), and the memory outlives the parallel loop.
unsafe impl Sync for Out {}
// SAFETY: as above.
unsafe impl Send for Out {}

impl Out {
    /// The address of a value; a method, so that closures capture the whole.
    pub(super) const fn at(self, place: usize) -> *mut f32 {
        self.0.wrapping_add(place)
    }

    /// Start of output plane `o` of image `n`.
    pub(super) fn plane(self, conv: &PackedConv, n: usize, o: u32) -> *mut f32 {
        debug_assert!(n < conv.y.n && (o as usize) < conv.y.c);
        let target = conv.targets[o as usize];
        self.0.wrapping_add(target.start + n * target.image)
    }
}

thread_local! {
    /// Copies that one thread makes for itself, kept from run to run.
    static OWN_COPIES: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

/// Calls `work` with at least `len` values of this thread's own, which begin at a cache line.
pub(super) fn with_own_copies(len: usize, work: impl FnOnce(&mut [f32])) {
    OWN_COPIES.with_borrow_mut(|own| {
        if own.len() < len + LINE {
            own.resize(len + LINE, 0.0);
        }
        work(from_line(own));
    });
}

impl PackedConv {
    /// Convolves `x`, the whole input of a convolution packed by [`PackedConv::alone`], into `y`, its
    /// whole output.
    ///
    /// # Panics
    /// If `x` or `y` has another number of values than the shapes the convolution was packed for, or
    /// the convolution was not packed alone.
    pub fn run<'m>(&self, x: &[f32], y: Unwritten<'m>) -> &'m mut [f32] {
        let [map] = self.sources.as_slice() else { panic!("it reads several maps") };
        assert!(map.base == 0 && self.residual.is_none(), "it is one convolution by itself");
        assert_eq!(x.len(), map.source.shape.elements(), "values of a map {}", map.source.shape);
        assert_eq!(y.len(), self.y.elements(), "values of a map {}", self.y);
        assert!(self.targets.iter().enumerate().all(|(o, t)| t.start == o * self.y.plane()));
        let mut scratch: Vec<f32> = Vec::with_capacity(self.scratch());
        // SAFETY: `x` and `y` have the lengths the convolution was packed for (asserted above), and
        // the items cover every output channel and every pixel, so all of `y` is written.
        unsafe {
            self.run_at(x.as_ptr(), y.as_mut_ptr().cast(), scratch.spare_capacity_mut());
            y.assume_init_mut()
        }
    }

    /// Convolves from `read` to `write`, where the buffers of the work begin (see [`super::Memory`]).
    ///
    /// # Safety
    /// Both must be valid for all buffers of the memory the convolution was packed for, and nobody else
    /// may write what is read or touch what is written. The channels that are written are not read.
    pub unsafe fn run_at(&self, read: *const f32, write: *mut f32, scratch: &mut [MaybeUninit<f32>]) {
        let (read, out) = (From(read), Out(write));
        self.gate.iter().for_each(Gate::begin);
        match &self.input {
            Input::Plain { image } => self.run_items(read, *image, read, out),
            Input::Copy(copies) => {
                // SAFETY: the caller vouches for the maps.
                unsafe { self.copy_all(copies, read, scratch) };
                self.run_items(From(scratch.as_ptr().cast()), copies.len, read, out);
            }
            Input::CopyPerBundle(copies) => self.run_bundles(copies, read, out),
            Input::Channels(channels) => self.run_channels(channels, read, out),
            Input::Made(made) => self.run_made(made, read, out),
        }
        let first = |block: &Block| block.again.iter().filter(|again| !**again).count();
        debug_assert_eq!(self.bundles.iter().flat_map(|b| &b.blocks).map(first).sum::<usize>(), self.y.c);
    }

    /// One channel of one image of a source.
    ///
    /// # Safety
    /// The maps must be valid.
    unsafe fn channel(&self, read: From, source: usize, n: usize, channel: u32) -> &[f32] {
        let map = &self.sources[source];
        // SAFETY: the caller vouches for the maps; the channel is one of the map's (packed so).
        unsafe { std::slice::from_raw_parts(read.at(map.plane(n, channel)), map.source.shape.plane()) }
    }

    /// Makes the padded copy of everything that is read.
    ///
    /// # Safety
    /// The maps must be valid.
    unsafe fn copy_all(&self, copies: &Copies, read: From, scratch: &mut [MaybeUninit<f32>]) {
        let len = self.y.n * copies.len;
        assert!(scratch.len() >= len + self.level.lanes(), "scratch memory");
        // A vector of the last channel may end behind it.
        fill(&mut scratch[len..len + self.level.lanes()], 0.0);
        let to = Out(scratch.as_mut_ptr().cast());
        let count = self.y.n * copies.planes.len();
        spread(count, len / MIN_TASK, |i| {
            let (n, (frame, channel, place)) =
                (i / copies.planes.len(), &copies.planes[i % copies.planes.len()]);
            // SAFETY: the places of the copies do not overlap and end inside the scratch memory.
            let (from, to) = unsafe {
                let start = to.at(n * copies.len + place.start).cast();
                (
                    self.channel(read, self.layout.source(*frame), n, *channel),
                    std::slice::from_raw_parts_mut(start, place.len()),
                )
            };
            self.layout.copy(self.level, *frame, &self.sources[self.layout.source(*frame)].source, from, to);
        });
    }

    /// All items, reading `input`, whose images are `image` values apart.
    fn run_items(&self, input: From, image: usize, read: From, out: Out) {
        let images = if matches!(self.lanes, Lanes::Pixels(_)) { self.y.n } else { 1 };
        let count = images * self.items.len();
        spread(count, self.macs() / MIN_TASK_MACS, |i| {
            let (n, item) = (i / self.items.len(), &self.items[i % self.items.len()]);
            match &self.lanes {
                Lanes::Pixels(vectors) => {
                    let input = From(input.at(n * image));
                    if item.units.len() > 1 && !self.in_parts {
                        self.tiles(item, vectors, input, n, read, out);
                    } else {
                        self.pixels(item, vectors, input, n, read, out);
                    }
                    let range = pixel_range(vectors, item.places.clone());
                    if !self.ends_in_store() {
                        self.finish(self.outputs_of(item), n, range, read, out);
                    }
                    self.blend(item, n, out);
                }
                Lanes::Outputs(pixels) => {
                    self.outputs(item, pixels, input, read, out);
                    for n in self.images(item) {
                        if !self.ends_in_store() {
                            self.finish(self.outputs_of(item), n, self.pixels_of(item, n), read, out);
                        }
                        self.blend(item, n, out);
                    }
                }
            }
        });
    }

    /// All items, each copying the channels it reads.
    fn run_bundles(&self, copies: &[Copies], read: From, out: Out) {
        let Lanes::Pixels(vectors) = &self.lanes else {
            unreachable!("copies per bundle are made for vectors of pixels only");
        };
        let count = self.y.n * self.items.len();
        let values: usize = copies.iter().map(|c| c.len).sum::<usize>() * self.y.n;
        spread(count, values / MIN_TASK, |i| {
            let (n, item) = (i / self.items.len(), &self.items[i % self.items.len()]);
            let copies = &copies[self.units[item.units.start].0];
            with_own_copies(copies.len + self.level.lanes(), |own| {
                for (frame, channel, place) in &copies.planes {
                    // SAFETY: whoever runs the convolution vouches for its maps.
                    let from = unsafe { self.channel(read, self.layout.source(*frame), n, *channel) };
                    let source = &self.sources[self.layout.source(*frame)].source;
                    self.layout.copy(self.level, *frame, source, from, as_unwritten(&mut own[place.clone()]));
                }
                self.pixels(item, vectors, From::new(own), n, read, out);
            });
            if !self.ends_in_store() {
                let range = pixel_range(vectors, item.places.clone());
                self.finish(self.outputs_of(item), n, range, read, out);
            }
            self.blend(item, n, out);
        });
    }

    /// The blocks of an item, each with its bundle.
    pub(super) fn blocks(&self, item: &Item) -> impl Iterator<Item = (&Bundle, &Block)> {
        self.units[item.units.clone()].iter().map(|&(bundle, block)| {
            let bundle = &self.bundles[bundle];
            (bundle, &bundle.blocks[block])
        })
    }

    /// The outputs of an item.
    pub(super) fn outputs_of(&self, item: &Item) -> impl Iterator<Item = u32> {
        self.blocks(item).flat_map(|(_, block)| block.outputs.iter().copied())
    }

    /// One item with pixels in the lanes, tile by tile: each meets all blocks while it is in the cache.
    pub(super) fn tiles(
        &self,
        item: &Item,
        vectors: &[PixelVector],
        input: From,
        n: usize,
        read: From,
        out: Out,
    ) {
        let first = item.places.start;
        for tile in tiles(item.places.len(), self.smallest_tile()) {
            let item = Item { units: item.units.clone(), places: first + tile.start..first + tile.end };
            self.pixels(&item, vectors, input, n, read, out);
        }
    }

    /// One item with pixels in the lanes.
    fn pixels(&self, item: &Item, vectors: &[PixelVector], input: From, n: usize, read: From, out: Out) {
        let vectors = &vectors[item.places.clone()];
        for (bundle, block) in self.blocks(item) {
            let mut outputs = [std::ptr::null_mut(); MAX_OUTPUTS];
            let mut added = [std::ptr::null(); MAX_OUTPUTS];
            for (to, &o) in outputs.iter_mut().zip(&block.outputs) {
                *to = out.plane(self, n, o);
            }
            let adds = self.adds_in_store(block);
            if adds {
                for (from, (&o, &again)) in added.iter_mut().zip(block.outputs.iter().zip(&block.again)) {
                    *from = self.added_in_store(n, o, again, read, out);
                }
            }
            let count = block.outputs.len();
            let all = PixelsArgs {
                input: input.at(0),
                offsets: &bundle.offsets,
                weights: block.weights(),
                vectors,
                outputs: &outputs[..count],
                bias: &block.bias,
                added: &added[..if adds { count } else { 0 }],
                clamp: self.clamp_in_store(),
            };
            for tile in tiles(vectors.len(), self.tile(block)) {
                let args = PixelsArgs { vectors: &vectors[tile], ..all };
                // SAFETY: the level was detected on this machine; the copies (or the map itself) hold
                // every place that a tap of a pixel reads, with one vector behind the last, `weights`
                // holds `width` values per tap (packed so; one for each output of each tap where the
                // block is mixed), writes stay in the planes of this block's outputs at pixels that
                // only these vectors hold.
                unsafe {
                    if bundle.segments.is_empty() {
                        self.level.pixels(block.width, args.vectors.len()).0(args);
                    } else {
                        let last = args.vectors[args.vectors.len() - 1].mask;
                        let half = is_half(last, self.level.lanes());
                        self.level.mixed(args.vectors.len(), half)(MixedArgs {
                            pixels: args,
                            segments: &bundle.segments,
                        });
                    }
                }
            }
        }
    }

    /// Whether the kernels with pixels in the lanes add the residual and apply the activation themselves.
    pub(super) fn ends_in_store(&self) -> bool {
        self.residual.as_ref().is_none_or(|(residual, _)| residual.factor == 1)
    }

    /// The activation. Others than those that cut off are never drawn into a convolution.
    fn clamp(&self) -> Clamp {
        self.activation.and_then(Clamp::of_activation).unwrap_or_default()
    }

    /// What the kernels do of it themselves.
    pub(super) fn clamp_in_store(&self) -> Clamp {
        if self.ends_in_store() { self.clamp() } else { Clamp::default() }
    }

    /// Whether the kernels add something to the sums of a block.
    pub(super) fn adds_in_store(&self, block: &Block) -> bool {
        self.ends_in_store() && self.residual.is_some() || block.again.contains(&true)
    }

    /// The plane that the kernels add to the sums of an output: what an earlier block wrote there, or the residual.
    /// Null if there is none.
    pub(super) fn added_in_store(&self, n: usize, o: u32, again: bool, read: From, out: Out) -> *const f32 {
        if again {
            return out.plane(self, n, o);
        }
        let residual = if self.ends_in_store() { self.added(n, o) } else { None };
        residual.map_or(std::ptr::null(), |plane| read.at(plane))
    }

    /// Where the plane begins that is added to an output.
    pub(super) fn added(&self, n: usize, o: u32) -> Option<usize> {
        let (Residual { view, .. }, base) = self.residual.as_ref()?;
        Some(base + (n * view.shape.c + view.channels[o as usize] as usize) * view.shape.plane())
    }

    /// Adds the residual and applies the activation to what has just been written.
    pub(super) fn finish(
        &self,
        outputs: impl IntoIterator<Item = u32>,
        n: usize,
        pixels: Range<usize>,
        read: From,
        out: Out,
    ) {
        if self.residual.is_none() && self.activation.is_none() {
            return;
        }
        let how = self.clamp();
        for o in outputs {
            // SAFETY: these pixels of these planes were written by this piece of work and are no other's.
            let y = unsafe {
                std::slice::from_raw_parts_mut(out.plane(self, n, o).add(pixels.start), pixels.len())
            };
            if let (Some((residual, _)), Some(plane)) = (&self.residual, self.added(n, o)) {
                let shape = residual.view.shape;
                // SAFETY: whoever runs the convolution vouches for its maps.
                let added = unsafe { std::slice::from_raw_parts(read.at(plane), shape.plane()) };
                match residual.factor {
                    1 => {
                        self.level.add(y, &added[pixels.clone()], how);
                        continue;
                    }
                    factor => self.add_raised(y, pixels.start, added, shape.w, factor),
                }
            }
            if how != Clamp::default() {
                self.level.clamp(y, how);
            }
        }
    }

    /// Adds a map whose pixels are repeated, to the pixels from `start` on of a plane.
    fn add_raised(&self, y: &mut [f32], start: usize, added: &[f32], added_width: usize, factor: usize) {
        let mut done = 0;
        while done < y.len() {
            let (row, column) = ((start + done) / self.y.w, (start + done) % self.y.w);
            let count = (self.y.w - column).min(y.len() - done);
            let line = &added[row / factor * added_width..][..added_width];
            let cells = &mut y[done..done + count];
            // Up to the first whole pixel of the small map one by one.
            let lead = (column.next_multiple_of(factor) - column).min(count);
            for (i, cell) in cells[..lead].iter_mut().enumerate() {
                *cell += line[(column + i) / factor];
            }
            let line = &line[((column + lead) / factor).min(added_width)..];
            if factor == 2 {
                self.level.add_doubled(&mut cells[lead..], line);
            } else {
                for (cells, value) in cells[lead..].chunks_mut(factor).zip(line) {
                    cells.iter_mut().for_each(|cell| *cell += value);
                }
            }
            done += count;
        }
    }
}

/// `0 .. len` in as few pieces of at most `most` as there can be, as even as possible.
fn tiles(len: usize, most: usize) -> impl Iterator<Item = Range<usize>> + Clone {
    // Mostly it is one: that takes no division.
    even(len, if len <= most { 1 } else { len.div_ceil(most) })
}

/// The output pixels that vectors hold.
fn pixel_range(vectors: &[PixelVector], places: Range<usize>) -> Range<usize> {
    let last = &vectors[places.end - 1];
    vectors[places.start].write as usize..last.write as usize + last.mask.count_ones() as usize
}
