//! The best approximation of a matrix by one of low rank.

use nalgebra::{DMatrix, DVector};

/// Factors of the best rank-`r` approximation, in the least-squares sense, of `rows`: `rows ~ left *
/// right`, with `left: [m, r]` and `right: [r, n]` whose rows are orthonormal (or zero where the rank
/// of `rows` is below `r`). By the eigenvectors of the smaller of the two Gram matrices.
pub(super) fn low_rank(rows: &DMatrix<f64>, r: usize) -> (DMatrix<f64>, DMatrix<f64>) {
    let (m, n) = rows.shape();
    let mut right = DMatrix::zeros(r, n);
    let wide = n > m;
    let gram = if wide { rows * rows.transpose() } else { rows.transpose() * rows };
    let eigen = gram.symmetric_eigen();
    let mut order: Vec<usize> = (0..eigen.eigenvalues.len()).collect();
    order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
    for (place, &which) in order.iter().take(r).enumerate() {
        let vector: DVector<f64> = eigen.eigenvectors.column(which).into();
        // From a left singular vector the right one follows, up to its length.
        let vector = if wide { rows.transpose() * vector } else { vector };
        let length = vector.norm();
        if length > 1e-12 {
            right.set_row(place, &(vector / length).transpose());
        }
    }
    (rows * right.transpose(), right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_of_low_rank_is_found_again_and_rank_one_is_the_best() {
        let a = DMatrix::from_fn(5, 2, |i, j| ((3 * i + 7 * j) % 5) as f64 - 1.5);
        for b in [
            DMatrix::from_fn(2, 9, |i, j| ((2 * i + j) % 7) as f64),
            DMatrix::from_fn(2, 3, |i, j| (i + 2 * j) as f64),
        ] {
            let product = &a * b;
            let (left, right) = low_rank(&product, 2);
            assert!((left * right - &product).norm() < 1e-9);
        }
        // diag(3, 1): the best rank-1 approximation keeps the 3 and loses the 1.
        let (left, right) = low_rank(&DMatrix::from_diagonal(&DVector::from_vec(vec![3.0, 1.0])), 1);
        assert!(
            ((left * right - DMatrix::from_diagonal(&DVector::from_vec(vec![3.0, 1.0]))).norm() - 1.0).abs()
                < 1e-12
        );
    }
}
