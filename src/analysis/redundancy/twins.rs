//! Channels that look alike at a threshold.

use std::cmp::Ordering;

use super::similarity::Similarity;

/// Two channels and how alike they are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// A channel.
    pub a: usize,
    /// Another one.
    pub b: usize,
    /// Their similarity.
    pub similarity: f32,
}

/// What is found at a threshold.
#[derive(Clone, Debug, PartialEq)]
pub struct Twins {
    /// A similarity of at least this makes two channels twins.
    pub threshold: f32,
    /// Channels that have a twin, ascending.
    pub with_twin: Vec<usize>,
    /// Channels that have a negated twin, one of similarity `<= -threshold`, ascending. A channel may be in
    /// both lists.
    pub with_negated: Vec<usize>,
    /// The channels `a` that could go and the twin `b` that each of them would leave its place to, ascending.
    /// Channels are walked through from the first on; one that is similar enough to a channel that stays goes
    /// to the most similar of these, and otherwise stays itself. So no channel goes to one that goes too.
    pub replaced: Vec<Pair>,
}

impl Similarity {
    /// Twins at a threshold.
    pub fn twins(&self, threshold: f32) -> Twins {
        let others = |a: usize| self.row(a).iter().enumerate().filter(move |(b, _)| *b != a);
        let among = |is_twin: &dyn Fn(f32) -> bool| -> Vec<usize> {
            let places = (0..self.live.len()).filter(|&a| others(a).any(|(_, &s)| is_twin(s)));
            places.map(|a| self.live[a]).collect()
        };
        let (mut stay, mut replaced): (Vec<usize>, Vec<Pair>) = Default::default();
        for a in 0..self.live.len() {
            match self.most_similar(a, stay.iter().copied()) {
                Some((b, similarity)) if similarity >= threshold => {
                    replaced.push(Pair { a: self.live[a], b: self.live[b], similarity });
                }
                _ => stay.push(a),
            }
        }
        Twins {
            threshold,
            with_twin: among(&|s| s >= threshold),
            with_negated: among(&|s| s <= -threshold),
            replaced,
        }
    }

    /// The twin of each of these channels among those that are not in the list themselves; none for a channel
    /// that is not in the matrix or that would be left alone.
    pub fn twins_of(&self, channels: &[usize]) -> Vec<Option<Pair>> {
        let twin = |&channel: &usize| {
            let a = self.place(channel)?;
            let rest = (0..self.live.len()).filter(|&b| !channels.contains(&self.live[b]));
            let (b, similarity) = self.most_similar(a, rest)?;
            Some(Pair { a: channel, b: self.live[b], similarity })
        };
        channels.iter().map(twin).collect()
    }

    /// The other channel that is most like a channel; none for one that is not in the matrix or alone in it.
    pub fn nearest(&self, channel: usize) -> Option<Pair> {
        let a = self.place(channel)?;
        let (b, similarity) = self.most_similar(a, 0..self.live.len())?;
        Some(Pair { a: channel, b: self.live[b], similarity })
    }

    fn most_similar(&self, a: usize, among: impl Iterator<Item = usize>) -> Option<(usize, f32)> {
        let others = among.filter(|&b| b != a).map(|b| (b, self.at(a, b)));
        // The first of equal ones.
        others.reduce(|best, next| if next.1 > best.1 { next } else { best })
    }

    /// The `count` pairs of the greatest similarity, greatest first, equal ones by channel.
    pub fn most_similar_pairs(&self, count: usize) -> Vec<Pair> {
        self.first_pairs(count, |p| -p.similarity)
    }

    /// The `count` pairs that are most nearly the negative of each other, those first. Only pairs of negative
    /// similarity.
    pub fn most_opposite_pairs(&self, count: usize) -> Vec<Pair> {
        let mut pairs = self.first_pairs(count, |p| p.similarity);
        pairs.retain(|p| p.similarity < 0.0);
        pairs
    }

    fn first_pairs(&self, count: usize, key: impl Fn(&Pair) -> f32) -> Vec<Pair> {
        let order = |x: &Pair, y: &Pair| -> Ordering {
            key(x).total_cmp(&key(y)).then_with(|| (x.a, x.b).cmp(&(y.a, y.b)))
        };
        let n = self.live.len();
        let mut best: Vec<Pair> = Vec::new();
        for a in 0..n {
            let row =
                (a + 1..n).map(|b| Pair { a: self.live[a], b: self.live[b], similarity: self.at(a, b) });
            best.extend(row);
            // Never more than one row beside what is kept.
            if best.len() > count && count > 0 {
                best.select_nth_unstable_by(count - 1, order);
                best.truncate(count);
            }
        }
        best.truncate(count.min(best.len()));
        best.sort_unstable_by(order);
        best
    }
}
