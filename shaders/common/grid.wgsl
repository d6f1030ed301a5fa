// The number of a workgroup in a dispatch whose workgroups lie in rows of up to 65535: the most
// that WebGPU allows along one axis. The last row may be incomplete; kernels check their bounds.
fn workgroup_number(id: vec3<u32>, count: vec3<u32>) -> u32 {
    return id.y * count.x + id.x;
}
