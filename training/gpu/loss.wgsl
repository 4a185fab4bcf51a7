// Error of a batch and its gradient by the predictions: |clamped distance error|, one-sided at the clamp, and how far
// points lie on the wrong side. The same as `Trainer.loss`.

struct Loss {
    count: u32,
    clampDistance: f32,
    signWeight: f32,
}

@group(0) @binding(0) var<storage, read> samples: array<vec4f>;
@group(0) @binding(1) var<storage, read> predicted: array<f32>;
@group(0) @binding(2) var<storage, read_write> gradients: array<f32>;
/** The mean's parts, one a workgroup. */
@group(0) @binding(3) var<storage, read_write> errors: array<f32>;
@group(0) @binding(4) var<uniform> loss: Loss;

const SIZE = 256u;
var<workgroup> sums: array<f32, SIZE>;

@compute @workgroup_size(SIZE)
fn main(
    @builtin(global_invocation_id) id: vec3u,
    @builtin(workgroup_id) workgroup: vec3u,
    @builtin(local_invocation_index) thread: u32,
) {
    var error = 0.0;
    if (id.x < loss.count) {
        let expected = clamp(samples[id.x].w, -loss.clampDistance, loss.clampDistance);
        let difference = predicted[id.x] - expected;
        var slope = 0.0;
        if (difference > 0 && expected < loss.clampDistance) {
            slope = 1;
        } else if (difference < 0 && expected > -loss.clampDistance) {
            slope = -1;
        }
        error = slope * difference / f32(loss.count);
        if (predicted[id.x] * sign(expected) < 0) {
            slope -= loss.signWeight * sign(expected);
        }
        gradients[id.x] = slope / f32(loss.count);
    }
    sums[thread] = error;
    for (var reach = SIZE / 2u; reach > 0u; reach /= 2u) {
        workgroupBarrier();
        if (thread < reach) {
            sums[thread] += sums[thread + reach];
        }
    }
    if (thread == 0u) {
        errors[workgroup.x] = sums[0];
    }
}
