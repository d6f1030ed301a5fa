// Where maps lie. A plan that keeps every value gives each map a buffer of its own: a kernel reads
// its inputs there and writes `y`, and every place is 0. A fused plan keeps all maps in one buffer,
// bound as `y` alone, and says at which of its values each map begins (TOGETHER).
override TOGETHER: bool = false;

// An activation: v between 0 and a ceiling. Written with comparisons, so that NaN stays NaN.
fn clamped(v: f32, ceiling: f32) -> f32 {
    let above = select(v, 0.0, v < 0.0);
    return select(above, ceiling, above > ceiling);
}
