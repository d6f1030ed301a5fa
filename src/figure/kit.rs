//! Small things that several figures draw.

use super::behind::channels_behind;
use super::{Align, Area, Ink, Paint, Point, Scene, Stroke, StudyRun, TextSize, View};
use crate::graph::NodeId;
use crate::text::tr;

/// The colours of two parts that are told apart everywhere in a figure, with a second mark beside them:
/// paths that stay within their own kind (a continuous line) ...
pub(super) const WITHIN: Paint = Paint::Rgb([0x00, 0x9e, 0x73]);
/// ... and paths that cross over (a dashed line).
pub(super) const ACROSS: Paint = Paint::Rgb([0xd5, 0x5e, 0x00]);

/// A part standing for channels: the side and the top of a block behind its front face.
pub(super) fn block(scene: &mut Scene, face: Area, depth: f32, paint: Paint) {
    let back = depth_of(depth);
    let shift = |[x, y]: Point| [x + back[0], y + back[1]];
    let (a, b) = ([face.x, face.y], [face.right(), face.y]);
    let c = [face.right(), face.bottom()];
    let stroke = Some(Stroke::new(paint, 1.0));
    for (points, alpha) in [(vec![a, b, shift(b), shift(a)], 0.25), (vec![b, c, shift(c), shift(b)], 0.45)] {
        scene.add(super::Mark::Polygon { points, fill: Some(Ink::faded(paint, alpha)), stroke });
    }
}

/// How far a block of this depth reaches to the right and up.
pub(super) fn depth_of(depth: f32) -> Point {
    [0.8 * depth, -0.5 * depth]
}

/// A short arrow from one area to the next on its right.
pub(super) fn step_arrow(scene: &mut Scene, from: Area, to: Area) {
    let y = from.centre()[1];
    scene.arrow([[from.right() + 4.0, y], [to.x - 4.0, y]], Stroke::new(Paint::Weak, 1.5));
}

/// The output channel that is looked at: the chosen one, or where a value inside the operator was chosen
/// the first one that is made of the chosen channel.
pub(super) fn chosen(run: &StudyRun, view: &View<'_>) -> usize {
    let channels = run.graph.shape(run.output()).c.max(1);
    let made_of = |&o: &usize| {
        channels_behind(&run.graph, run.output(), o).get(view.node.index()) == Some(&Some(view.channel))
    };
    let inside = view.node != run.output();
    inside.then(|| (0..channels).find(made_of)).flatten().unwrap_or(view.channel % channels)
}

/// The channel of `id` behind the chosen output channel; where the output does not read it, the same
/// number counted on from the first.
pub(super) fn channel_at(run: &StudyRun, behind: &[Option<usize>], id: NodeId, chosen: usize) -> usize {
    behind[id.index()].unwrap_or(chosen % run.graph.shape(id).c.max(1))
}

/// What stands where a figure of one operator is asked for with another one.
pub(super) fn other_operator(view: &View<'_>) -> Scene {
    let mut scene = Scene::new(view.size);
    let at = scene.area().centre();
    scene.text(at, tr(view.lang, "figure-other-operator"), TextSize::Body, Align::Middle, Paint::Weak);
    scene
}

/// A horizontal bar of `share` (`0.0 ..= 1.0`) of the area.
pub(super) fn bar(scene: &mut Scene, area: Area, share: f64, paint: Paint) {
    scene.rect(area, Some(Ink::faded(Paint::Weak, 0.15)), None);
    let w = area.w * share.clamp(0.0, 1.0) as f32;
    scene.rect(Area::new(area.x, area.y, w, area.h), Some(Ink::solid(paint)), None);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::Knobs;
    use crate::figure::scene_checks::study;
    use crate::text::Lang;

    #[test]
    fn a_channel_inside_stands_for_the_output_made_of_it() {
        let run = study("ghost", &[("ratio", "2")], 16, 8);
        let output = |node, channel| {
            let view =
                View { lang: Lang::En, size: [9.0; 2], channel, pixel: None, node, knobs: &Knobs::default() };
            chosen(&run, &view)
        };
        assert_eq!(output(run.output(), 11), 11);
        assert_eq!(output(run.node("primary").expect("node"), 3), 3);
        assert_eq!(output(run.node("cheap").expect("node"), 3), 11);
    }
}
