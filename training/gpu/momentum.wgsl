// Muon's momentum and direction, divided by its norm (Jordan et al., 2024): a workgroup a matrix.

struct Matrices {
    /** Numbers of a matrix. */
    size: u32,
}

@group(0) @binding(0) var<storage, read> gradients: array<f32>;
/** Where each matrix begins among the parameters. */
@group(0) @binding(1) var<storage, read> offsets: array<u32>;
@group(0) @binding(2) var<storage, read_write> firstMoments: array<f32>;
@group(0) @binding(3) var<storage, read_write> directions: array<f32>;
@group(0) @binding(4) var<uniform> matrices: Matrices;

const SIZE = 256u;
const MOMENTUM = 0.95;
var<workgroup> sums: array<f32, SIZE>;

@compute @workgroup_size(SIZE)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) thread: u32) {
    let start = offsets[workgroup.x];
    let place = workgroup.x * matrices.size;
    var squares = 0.0;
    for (var i = thread; i < matrices.size; i += SIZE) {
        let momentum = MOMENTUM * firstMoments[start + i] + gradients[start + i];
        firstMoments[start + i] = momentum;
        let direction = MOMENTUM * momentum + gradients[start + i];
        directions[place + i] = direction;
        squares += direction * direction;
    }
    sums[thread] = squares;
    for (var reach = SIZE / 2u; reach > 0u; reach /= 2u) {
        workgroupBarrier();
        if (thread < reach) {
            sums[thread] += sums[thread + reach];
        }
    }
    workgroupBarrier();
    let norm = sqrt(sums[0]) + 1e-12;
    for (var i = thread; i < matrices.size; i += SIZE) {
        directions[place + i] /= norm;
    }
}
