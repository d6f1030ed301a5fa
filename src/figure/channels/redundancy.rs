//! Which channels of a layer look alike: the matrix of their similarities, numbers, and the most similar pairs.

use super::matrix_map::{RANGE, raster};
use super::{MARGIN, WIDE, plane};
use crate::analysis::redundancy::{Compared, Measure, Pair, Twins};
use crate::figure::parts::{LINE, facts, fit};
use crate::figure::plane::image;
use crate::figure::{Align, Area, ColourMap, Ink, Paint, Raster, Scene, Stroke, Target, TextSize};
use crate::graph::NodeId;
use crate::tensor::HostTensor;
use crate::text::{Lang, tr, tr_args};

/// Rows of a larger matrix are too thin to be pointed at.
const POINTED: usize = 192;
/// Side of a map of a pair in a narrow and in a wide picture.
const MAP: [f32; 2] = [80.0, 96.0];
/// Between the two maps of a pair, between pairs, and between rows of them.
const GAP: f32 = 3.0;
const PAIRS_GAP: f32 = 14.0;
const ROW_GAP: f32 = 6.0;

/// What the picture shows.
#[derive(Debug)]
pub struct RedundancyPicture<'a> {
    /// The layer.
    pub node: NodeId,
    /// Its maps on the photo.
    pub maps: &'a HostTensor,
    /// Each channel with each, in the order of the rows.
    pub compared: &'a Compared,
    /// Twins at the threshold.
    pub twins: &'a Twins,
    /// Over how many images.
    pub images: usize,
    /// The chosen channel.
    pub channel: Option<usize>,
    /// Channels that are ablated.
    pub ablated: &'a [usize],
}

impl RedundancyPicture<'_> {
    /// The picture.
    pub fn draw(&self, lang: Lang, size: [f32; 2]) -> Scene {
        let mut scene = Scene::new(size);
        let area = scene.area().shrunk(MARGIN);
        let (left, right, below) = if area.w >= WIDE {
            let side = (area.h - 2.0 * LINE).min(area.w * 0.5);
            let (left, rest) = area.split_left(side);
            let (_, rest) = rest.split_left(20.0);
            let (facts, pairs) = rest.split_top(LINE * 10.5);
            (left, facts, pairs)
        } else {
            let side = (area.h * 0.56 - LINE).min(area.w - 190.0).max(80.0);
            let (top, below) = area.split_top(side + 2.0 * LINE);
            let (left, rest) = top.split_left(side);
            let (_, facts) = rest.split_left(16.0);
            let (_, below) = below.split_top(4.0);
            (left, facts, below)
        };
        self.matrix(&mut scene, lang, left);
        self.facts(&mut scene, lang, right);
        self.pairs(&mut scene, lang, below);
        scene
    }

    /// The matrix with the key of its colours below.
    fn matrix(&self, scene: &mut Scene, lang: Lang, area: Area) {
        let n = self.compared.order.len();
        let (square, foot) = area.split_top(area.w.min(area.h - LINE));
        let square = Area::new(square.x, square.y, square.h, square.h);
        scene.rect(square.shrunk(-0.5), None, Stroke::new(Paint::Weak, 1.0));
        if n == 0 {
            let words = fit(tr(lang, "redundancy-nothing"), TextSize::Small, square.w - 8.0);
            scene.text(square.centre(), words, TextSize::Small, Align::Middle, Paint::Weak);
            return;
        }
        scene.image(square, raster(&self.compared.similarity, &self.compared.order));
        if n <= POINTED {
            for (row, &place) in self.compared.order.iter().enumerate() {
                let channel = self.compared.similarity.live[place];
                let strip = square.row(row, n, 0.0);
                scene
                    .rect(strip, None, None)
                    .on_click(Target::Channel(self.node, channel))
                    .tip(self.about(lang, channel));
            }
        }
        let chosen = self.channel.and_then(|c| self.compared.similarity.place(c));
        if let Some(row) = chosen.and_then(|place| self.compared.order.iter().position(|&p| p == place)) {
            let middle = (row as f32 + 0.5) / n as f32 * square.w;
            let (x, y) = (square.x + middle, square.y + middle);
            let line = Stroke::new(Ink::faded(Paint::Accent, 0.9), 1.0);
            scene.line([[square.x - 4.0, y], [square.right() + 4.0, y]], line);
            scene.line([[x, square.y - 4.0], [x, square.bottom() + 4.0]], line);
        }
        self.key(scene, foot);
    }

    /// The colours from -1 to 1 with the threshold on both sides.
    fn key(&self, scene: &mut Scene, area: Area) {
        let y = area.y + LINE * 0.75;
        let bar = Area::new(area.x + 18.0, y - 4.0, (area.w - 36.0).clamp(20.0, 180.0), 8.0);
        let rgb = (0..64u8).map(|i| ColourMap::Diverging.at(f32::from(i) / 63.0)).collect();
        scene.image(bar, Raster { width: 64, height: 1, rgb });
        for at in [self.twins.threshold, -self.twins.threshold] {
            let x = bar.x + bar.w * (at - RANGE.min) / (RANGE.max - RANGE.min);
            scene.line([[x, bar.y - 2.0], [x, bar.bottom() + 2.0]], Stroke::new(Paint::Text, 1.5));
        }
        scene.text([bar.x - 4.0, y], "−1", TextSize::Small, Align::Right, Paint::Weak);
        scene.text([bar.right() + 4.0, y], "1", TextSize::Small, Align::Left, Paint::Weak);
    }

    /// A channel and its most similar one.
    fn about(&self, lang: Lang, channel: usize) -> String {
        let twin = self.compared.similarity.twins_of(&[channel])[0];
        let args = [
            ("channel", channel.to_string().into()),
            ("twin", twin.map_or_else(|| "–".to_owned(), |p| p.b.to_string()).into()),
            ("similarity", twin.map_or_else(|| "–".to_owned(), |p| similarity_text(p.similarity)).into()),
        ];
        tr_args(lang, "redundancy-channel-tip", &args)
    }

    fn facts(&self, scene: &mut Scene, lang: Lang, area: Area) {
        let (head, rest) = area.split_top(LINE * 2.6);
        let n = self.twins.with_twin.len();
        let big = format!("{n} / {}", self.compared.similarity.channels);
        scene.text([head.x, head.y + LINE * 0.6], big, TextSize::Heading, Align::Left, Paint::Text);
        let words = tr_args(
            lang,
            "redundancy-have-twin",
            &[("threshold", format!("{:.3}", self.twins.threshold).into())],
        );
        let words = fit(&words, TextSize::Small, head.w);
        scene.text([head.x, head.y + LINE * 1.7], words, TextSize::Small, Align::Left, Paint::Weak);
        let s = &self.compared.similarity;
        let count = |n: usize| n.to_string();
        let rank = format!("{:.1} / {}", self.compared.rank, s.live.len());
        let mut rows = vec![
            ("redundancy-could-go", count(self.twins.replaced.len()), "redundancy-could-go-hint"),
            ("redundancy-negated", count(self.twins.with_negated.len()), "redundancy-negated-hint"),
            ("redundancy-dead", count(s.dead.len()), "redundancy-dead-hint"),
            ("redundancy-constant", count(s.constant.len()), "redundancy-constant-hint"),
            ("redundancy-rank", rank, "redundancy-rank-hint"),
            ("redundancy-images", count(self.images), "redundancy-images-hint"),
        ];
        if !s.not_finite.is_empty() {
            rows.insert(
                4,
                ("redundancy-not-finite", count(s.not_finite.len()), "redundancy-not-finite-hint"),
            );
        }
        let words: Vec<(&str, String)> = rows.iter().map(|(key, v, _)| (tr(lang, key), v.clone())).collect();
        let rest = Area::new(rest.x, rest.y, rest.w.min(250.0), rest.h);
        for (i, (_, _, hint)) in rows.iter().enumerate() {
            let row = Area::new(rest.x, rest.y + i as f32 * LINE, rest.w, LINE);
            if row.bottom() <= rest.bottom() {
                scene.rect(row, None, None).tip(tr(lang, hint));
            }
        }
        facts(scene, rest, &words);
    }

    /// As many of the most similar pairs as fit, then the most nearly negated ones in the last place.
    fn pairs(&self, scene: &mut Scene, lang: Lang, area: Area) {
        let (head, area) = area.split_top(LINE * 1.2);
        let shape = self.maps.shape();
        let title = fit(tr(lang, "redundancy-pairs"), TextSize::Small, head.w);
        if self.compared.similarity.live.len() < 2 || area.h < 2.0 * MAP[0] / 3.0 + LINE {
            return;
        }
        scene.text([head.x, head.y + LINE / 2.0], title, TextSize::Small, Align::Left, Paint::Weak);
        // Larger maps where there is room for them, but never so large that few pairs are left.
        let most = (area.w / 7.0).clamp(MAP[0] * 0.7, MAP[1]);
        let rows = ((area.h + ROW_GAP) / (0.78 * most + LINE + ROW_GAP)).floor().max(1.0);
        let side = ((area.h + ROW_GAP) / rows - LINE - ROW_GAP).clamp(MAP[0] * 0.5, most);
        let aspect = shape.w as f32 / shape.h as f32;
        let [w, h] = if aspect >= 1.0 { [side, side / aspect] } else { [side * aspect, side] };
        let card = (2.0 * w + GAP).max(62.0);
        let columns = ((area.w + PAIRS_GAP) / (card + PAIRS_GAP)).floor().max(1.0);
        // They reach from side to side.
        let pitch = ((area.w - card) / (columns - 1.0).max(1.0)).min(card + 3.0 * PAIRS_GAP);
        let places = (rows * columns) as usize;
        let opposite: Vec<Pair> = {
            let found = self.compared.similarity.most_opposite_pairs((places / 4).max(1));
            found.into_iter().filter(|p| p.similarity <= -self.twins.threshold).collect()
        };
        let pairs = self.compared.similarity.most_similar_pairs(places.saturating_sub(opposite.len()));
        for (i, pair) in pairs.iter().chain(&opposite).enumerate() {
            let (row, column) = (i / columns as usize, i % columns as usize);
            let at = [area.x + column as f32 * pitch, area.y + row as f32 * (side + LINE + ROW_GAP)];
            self.pair(scene, lang, *pair, at, [w, h]);
        }
    }

    fn pair(&self, scene: &mut Scene, lang: Lang, pair: Pair, [x, y]: [f32; 2], [w, h]: [f32; 2]) {
        let negated = pair.similarity < 0.0;
        for (i, channel) in [pair.a, pair.b].into_iter().enumerate() {
            let at = Area::new(x + i as f32 * (w + GAP), y, w, h);
            let map = plane(self.maps, channel);
            let range = map.range();
            image(scene, at, &map, range)
                .on_click(Target::Channel(self.node, channel))
                .tip(self.about(lang, channel));
            let framed = if self.ablated.contains(&channel) {
                scene.line([[at.x, at.y], [at.right(), at.bottom()]], Stroke::new(Paint::Accent, 1.5));
                Some(Stroke::dashed(Paint::Accent, 2.0))
            } else {
                (self.channel == Some(channel)).then(|| Stroke::new(Paint::Accent, 2.0))
            };
            if let Some(stroke) = framed {
                scene.rect(at, None, stroke);
            }
        }
        let sign = if negated { "−" } else { "" };
        let is_twin = pair.similarity.abs() >= self.twins.threshold;
        let ink = if is_twin { Paint::Text } else { Paint::Weak };
        let words = format!("{} · {sign}{}", pair.a, pair.b);
        let middle = y + h + LINE / 2.0;
        let wide = 2.0 * w + GAP;
        let value = similarity_text(pair.similarity);
        let room = wide.max(62.0);
        let both = fit(&format!("{words}  {value}"), TextSize::Small, room + PAIRS_GAP - 4.0);
        scene.text([x, middle], both, TextSize::Small, Align::Left, ink);
    }
}

/// `0.987`; what would be rounded to 1 and is not says so.
fn similarity_text(s: f32) -> String {
    let text = format!("{s:.3}");
    match text.as_str() {
        "1.000" if s < 1.0 => ">0.999".into(),
        "-1.000" if s > -1.0 => "<−0.999".into(),
        _ => text.replace('-', "−"),
    }
}

impl Measure {
    /// Its key in the text table.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Cosine => "measure-cosine",
            Self::Pearson => "measure-pearson",
        }
    }
}
