//! Any operator: the chosen channel's map after each node of its graph.

use super::behind::channels_behind;
use super::parts::{LINE, fit};
use super::plane::{Card, Plane};
use super::{Align, Figure, Paint, Scene, Stroke, StudyRun, TextSize, View, kit, numbers};
use crate::text::tr_args;

/// The maps of an operator from node to node.
#[derive(Debug)]
pub struct Chain;

/// Least width and height of a cell.
const CELL: [f32; 2] = [112.0, 118.0];

impl Figure for Chain {
    fn name(&self) -> &'static str {
        "chain"
    }

    fn draw(&self, run: &StudyRun, view: &View<'_>) -> Scene {
        let mut scene = Scene::new(view.size);
        let area = scene.area().shrunk(10.0);
        let chosen = kit::chosen(run, view);
        let behind = channels_behind(&run.graph, run.output(), chosen);
        let nodes: Vec<_> = run.graph.iter().collect();
        let most = ((area.w / CELL[0]) as usize, (area.h / CELL[1]) as usize);
        let columns = most.0.clamp(1, nodes.len());
        let rows = nodes.len().div_ceil(columns).min(most.1.max(1));
        // As many in each row.
        let columns = if nodes.len() <= columns * rows { nodes.len().div_ceil(rows) } else { columns };
        let shown = nodes.len().min(columns * rows);
        let (grid, foot) = area.split_top(if shown < nodes.len() { area.h - LINE } else { area.h });
        let mut pictures = Vec::new();
        for (i, &(id, node)) in nodes[..shown].iter().enumerate() {
            let cell = grid.row(i / columns, rows, 10.0).column(i % columns, columns, 22.0);
            let channel = kit::channel_at(run, &behind, id, chosen);
            let plane = Plane::of(run, id, channel);
            let inputs: Vec<&str> = node.inputs.iter().map(|&id| run.short_name(id)).collect();
            let from = if inputs.is_empty() { "–".to_owned() } else { inputs.join(", ") };
            let tip = tr_args(
                view.lang,
                "chain-tip",
                &[
                    ("node", run.short_name(id).to_owned().into()),
                    ("channel", channel.to_string().into()),
                    ("inputs", from.into()),
                    ("shape", numbers::shape(node.shape).into()),
                    ("macs", numbers::count(run.macs(id)).into()),
                ],
            );
            let (body, below) = cell.split_top(cell.h - LINE);
            let card = Card::new(run.short_name(id), &plane).from(id, channel).tip(tip);
            let at = card.draw(&mut scene, body);
            let words = fit(&numbers::shape(node.shape), TextSize::Small, cell.w);
            let y = (at.bottom() + LINE * 1.5).min(below.centre()[1]);
            scene.text([at.centre()[0], y], words, TextSize::Small, Align::Middle, Paint::Weak);
            // An arrow where a node reads the one before it and stands beside it.
            let follows = i > 0 && node.inputs.iter().any(|input| input.index() + 1 == i);
            if follows && i % columns > 0 {
                let before: super::Area = pictures[i - 1];
                if at.x - before.right() > 12.0 {
                    kit::step_arrow(&mut scene, before, at);
                }
            }
            if id == run.output() {
                scene.rect(at.shrunk(-2.0), None, Some(Stroke::new(Paint::Accent, 2.0)));
            }
            pictures.push(at);
        }
        if shown < nodes.len() {
            let args = [("count", (nodes.len() - shown).to_string().into())];
            let words = tr_args(view.lang, "chain-more", &args);
            let at = [foot.centre()[0], foot.bottom() - LINE / 2.0];
            scene.text(at, words, TextSize::Small, Align::Middle, Paint::Weak);
        }
        scene
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::Mark;
    use crate::figure::scene_checks::{check_figure, draw, study};
    use crate::text::Lang;
    use crate::variants;

    #[test]
    fn it_shows_every_node_of_every_operator() {
        for operator in variants::ALL {
            let run = study(operator.name(), &[], 8, 10);
            check_figure(&Chain, &run, &[]);
            let scene = draw(&Chain, &run, Lang::En, [1500.0, 1000.0], &[]);
            let images = scene.items.iter().filter(|item| matches!(item.mark, Mark::Image { .. })).count();
            assert_eq!(images, run.graph.nodes().len(), "{}", operator.name());
        }
    }
}
