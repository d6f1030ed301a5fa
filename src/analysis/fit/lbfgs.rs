//! The L-BFGS two-loop recursion.

use std::collections::VecDeque;

/// Steps that are remembered.
const MEMORY: usize = 12;

/// The last steps and how the gradient changed along them.
#[derive(Default)]
pub(super) struct Memory {
    pairs: VecDeque<Pair>,
}

struct Pair {
    step: Vec<f32>,
    change: Vec<f32>,
    /// `step . change`, positive.
    curvature: f64,
}

impl Memory {
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    pub fn clear(&mut self) {
        self.pairs.clear();
    }

    /// Steps along which the gradient did not rise say nothing about a minimum and are not kept.
    pub fn remember(&mut self, step: Vec<f32>, change: Vec<f32>) {
        let curvature = dot(&step, &change);
        if curvature <= 1e-9 * (dot(&step, &step) * dot(&change, &change)).sqrt() {
            return;
        }
        if self.pairs.len() == MEMORY {
            self.pairs.pop_front();
        }
        self.pairs.push_back(Pair { step, change, curvature });
    }

    /// `-H gradient`, where `H` is the inverse curvature as far as it is known: `scale` applies what was known
    /// before the first step.
    ///
    /// # Errors
    /// Those of `scale`.
    pub fn direction<E>(
        &self,
        gradient: &[f32],
        scale: impl Fn(&[f32]) -> Result<Vec<f32>, E>,
    ) -> Result<Vec<f32>, E> {
        let mut q = gradient.to_vec();
        let mut shares = Vec::with_capacity(self.pairs.len());
        for pair in self.pairs.iter().rev() {
            let share = dot(&pair.step, &q) / pair.curvature;
            add(&mut q, -share, &pair.change);
            shares.push(share);
        }
        let mut direction = scale(&q)?;
        for (pair, share) in self.pairs.iter().zip(shares.iter().rev()) {
            let back = dot(&pair.change, &direction) / pair.curvature;
            add(&mut direction, share - back, &pair.step);
        }
        direction.iter_mut().for_each(|d| *d = -*d);
        Ok(direction)
    }
}

/// The sum of products, in f64.
pub(super) fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
}

fn add(to: &mut [f32], factor: f64, from: &[f32]) {
    let factor = factor as f32;
    to.iter_mut().zip(from).for_each(|(a, b)| *a += factor * b);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With as many remembered steps as dimensions a quadratic's minimum is one full step away.
    #[test]
    fn it_learns_a_quadratic() {
        let curvature = [100.0_f32, 1.0, 0.01];
        let gradient = |p: &[f32]| p.iter().zip(curvature).map(|(p, c)| p * c).collect::<Vec<f32>>();
        let mut memory = Memory::default();
        let mut p = vec![1.0_f32, -2.0, 3.0];
        for _ in 0..12 {
            let g = gradient(&p);
            if dot(&g, &g) < 1e-12 {
                break;
            }
            let d = memory.direction(&g, |g| Ok::<_, ()>(g.to_vec())).expect("infallible");
            // The exact length along the direction.
            let length = -dot(&g, &d) / dot(&d, &gradient(&d));
            let next: Vec<f32> = p.iter().zip(&d).map(|(p, d)| p + length as f32 * d).collect();
            let change: Vec<f32> = gradient(&next).iter().zip(&g).map(|(a, b)| a - b).collect();
            memory.remember(next.iter().zip(&p).map(|(a, b)| a - b).collect(), change);
            p = next;
        }
        assert!(dot(&p, &p) < 1e-6, "{p:?}");
    }
}
