//! Every channel of a layer on one sheet, with the bar of its colours.

use super::caption::scale_key;
use super::numbers::{shape, value};
use super::{Align, Area, ColourMap, Colours, Paint, Raster, Scale, Scene, Stroke, TextSize, text_width};
use crate::analysis::{ChannelRanges, Range};
use crate::tensor::HostTensor;
use crate::text::{Lang, tr, tr_args};

/// Space around everything.
const MARGIN: f32 = 12.0;
/// Height of the title and of the line with the bar.
const LINE: f32 = 24.0;
/// Space between maps.
const GAP: f32 = 4.0;
/// Most space between maps in a row.
const MOST_GAP: f32 = 24.0;
/// Height of a number under its map.
const NUMBER: f32 = 15.0;
/// Narrower maps have no number each; their rows begin with one.
const NUMBERED: f32 = 26.0;
/// Length of the colour bar.
const BAR: f32 = 160.0;

/// What a sheet shows.
#[derive(Clone, Copy, Debug)]
pub struct MapsSheet<'a> {
    /// Name of the layer.
    pub name: &'a str,
    /// Its maps; the first of a batch.
    pub maps: &'a HostTensor,
    /// What the ends of the colours stand for; alone, shared is the layer's own.
    pub scale: Scale,
    /// Which colours.
    pub colours: Colours,
    /// The chosen channel gets a frame.
    pub channel: Option<usize>,
}

impl MapsSheet<'_> {
    /// The picture.
    pub fn draw(&self, lang: Lang, size: [f32; 2]) -> Scene {
        let mut scene = Scene::new(size);
        let ranges = ChannelRanges::of(self.maps);
        let map = ColourMap::choose(self.colours, ranges.all.min < 0.0);
        let area = scene.area();
        self.half(&mut scene, area, map, &ranges, lang);
        scene
    }

    /// Two sheets side by side that can be compared: with the same colours, and with the same range where
    /// the scale is shared.
    pub fn pair(&self, other: &Self, lang: Lang, size: [f32; 2]) -> Scene {
        let mut scene = Scene::new(size);
        let mut ranges = [self, other].map(|sheet| ChannelRanges::of(sheet.maps));
        let both = ranges[0].all.union(ranges[1].all);
        let map = ColourMap::choose(self.colours, both.min < 0.0);
        let area = scene.area();
        for (i, (sheet, ranges)) in [self, other].into_iter().zip(&mut ranges).enumerate() {
            if sheet.scale == Scale::Shared {
                ranges.all = both;
            }
            sheet.half(&mut scene, area.column(i, 2, 0.0), map, ranges, lang);
        }
        scene.line(
            [[size[0] / 2.0, MARGIN], [size[0] / 2.0, size[1] - MARGIN]],
            Stroke::new(Paint::Line, 1.0),
        );
        scene
    }

    fn half(&self, scene: &mut Scene, area: Area, map: ColourMap, ranges: &ChannelRanges, lang: Lang) {
        let (head, rest) = area.shrunk(MARGIN).split_top(LINE);
        let (grid, foot) = rest.split_top(rest.h - LINE);
        self.title(scene, head);
        self.maps(scene, grid.shrunk(2.0), map, ranges);
        self.bar(scene, foot, map, ranges.all, lang);
    }

    fn title(&self, scene: &mut Scene, area: Area) {
        let y = area.y + area.h / 2.0 - 4.0;
        scene.text([area.x, y], self.name, TextSize::Heading, Align::Left, Paint::Text);
        let x = area.x + text_width(self.name, TextSize::Heading) + 12.0;
        scene.text([x, y], shape(self.maps.shape()), TextSize::Body, Align::Left, Paint::Weak);
    }

    fn maps(&self, scene: &mut Scene, area: Area, map: ColourMap, ranges: &ChannelRanges) {
        let shape = self.maps.shape();
        let layout = Layout::fit(area, shape.c, shape.w as f32 / shape.h as f32);
        for channel in 0..shape.c {
            let cell = layout.cell(channel);
            let range = match self.scale {
                Scale::Channel => ranges.channels[channel],
                Scale::Layer | Scale::Shared => ranges.all,
            };
            let values = &self.maps.data()[channel * shape.plane()..][..shape.plane()];
            scene.image(cell, Raster::of_map(values, shape.w, shape.h, map, range));
            let chosen = self.channel == Some(channel);
            if chosen {
                scene.rect(cell, None, Stroke::new(Paint::Accent, 2.0));
            }
            let ink = if chosen { Paint::Accent } else { Paint::Weak };
            if layout.numbered {
                let at = [cell.x + cell.w / 2.0, cell.bottom() + NUMBER / 2.0];
                scene.text(at, channel.to_string(), TextSize::Small, Align::Middle, ink);
            } else if channel % layout.columns == 0
                && (channel / layout.columns).is_multiple_of(layout.stride)
            {
                let at = [cell.x - GAP - 2.0, cell.y + cell.h / 2.0];
                scene.text(at, channel.to_string(), TextSize::Small, Align::Right, Paint::Weak);
            }
        }
    }

    /// The colours with the values at their ends, and what these are.
    fn bar(&self, scene: &mut Scene, area: Area, map: ColourMap, all: Range, lang: Lang) {
        let y = area.y + area.h / 2.0 + 4.0;
        let per_channel = self.scale == Scale::Channel;
        let (least, greatest) = map.ends(all);
        let ends = match (per_channel, map) {
            // The ends differ from channel to channel.
            (true, ColourMap::Sequential) => {
                [tr(lang, "export-least"), tr(lang, "export-greatest")].map(String::from)
            }
            (true, ColourMap::Diverging) => ["−max |x|".to_owned(), "+max |x|".to_owned()],
            (false, _) if all.is_empty() => [tr(lang, "bar-empty"), ""].map(String::from),
            (false, _) => [value(least), value(greatest)],
        };
        let mut x = area.x;
        scene.text([x, y], ends[0].as_str(), TextSize::Small, Align::Left, Paint::Text);
        x += text_width(&ends[0], TextSize::Small) + 8.0;
        let rgb = (0..128u8).map(|i| map.at(f32::from(i) / 127.0)).collect();
        scene.image(Area::new(x, y - 5.0, BAR, 10.0), Raster { width: 128, height: 1, rgb });
        if map == ColourMap::Diverging {
            scene.line([[x + BAR / 2.0, y - 7.0], [x + BAR / 2.0, y + 7.0]], Stroke::new(Paint::Text, 1.0));
        }
        x += BAR + 8.0;
        scene.text([x, y], ends[1].as_str(), TextSize::Small, Align::Left, Paint::Text);
        let words = tr_args(lang, "export-scale", &[("scale", tr(lang, scale_key(self.scale)).into())]);
        scene.text([area.right(), y], words, TextSize::Small, Align::Right, Paint::Weak);
    }
}

/// Where the maps stand.
struct Layout {
    area: Area,
    columns: usize,
    /// Size of a map.
    map: [f32; 2],
    /// From map to map.
    pitch: [f32; 2],
    /// Whether each map has its number.
    numbered: bool,
    /// Every so many rows begin with a number.
    stride: usize,
}

impl Layout {
    /// The number of columns that makes the maps largest.
    fn fit(area: Area, count: usize, aspect: f32) -> Self {
        let numbered = Self::largest(area, count, aspect, NUMBER, GAP);
        if numbered.map[0] >= NUMBERED {
            return Self { numbered: true, stride: 1, ..numbered };
        }
        let margin = text_width(&count.to_string(), TextSize::Small) + GAP + 4.0;
        let (_, rest) = area.split_left(margin);
        let plain = Self::largest(rest, count, aspect, 0.0, if count > 512 { 1.0 } else { 2.0 });
        let stride = (NUMBER / plain.pitch[1]).ceil().max(1.0) as usize;
        Self { stride, ..plain }
    }

    fn largest(area: Area, count: usize, aspect: f32, below: f32, gap: f32) -> Self {
        let candidates = (1..=count.max(1)).map(|columns| {
            let rows = count.max(1).div_ceil(columns);
            let w = (area.w - gap * (columns as f32 - 1.0)) / columns as f32;
            let h = (area.h - gap * (rows as f32 - 1.0)) / rows as f32 - below;
            let w = w.min(h * aspect).max(0.0);
            (columns, w)
        });
        let (columns, w) = candidates.fold((1, 0.0), |best, c| if c.1 > best.1 { c } else { best });
        let map = [w, w / aspect];
        // Where the height is what limits, the rows still reach from side to side, if they can.
        let spread = (area.w - w * columns as f32) / (columns as f32 - 1.0).max(1.0);
        let across = w + spread.clamp(gap, MOST_GAP.min(w / 2.0).max(gap));
        Self { area, columns, map, pitch: [across, map[1] + below + gap], numbered: false, stride: 1 }
    }

    fn cell(&self, index: usize) -> Area {
        let (row, column) = (index / self.columns, index % self.columns);
        Area::new(
            self.area.x + column as f32 * self.pitch[0],
            self.area.y + row as f32 * self.pitch[1],
            self.map[0],
            self.map[1],
        )
    }
}
