// One step of Adam (Kingma and Ba, 2015) for every parameter that has a rate.

struct Step {
    /** Correction of young moments times the schedule's factor. */
    adam: f32,
    muon: f32,
    penalty: f32,
}

@group(0) @binding(0) var<storage, read> gradients: array<f32>;
@group(0) @binding(1) var<storage, read> rates: array<f32>;
@group(0) @binding(2) var<storage, read_write> parameters: array<f32>;
@group(0) @binding(3) var<storage, read_write> firstMoments: array<f32>;
@group(0) @binding(4) var<storage, read_write> secondMoments: array<f32>;
@group(0) @binding(5) var<uniform> step: Step;

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-8;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
    let count = arrayLength(&parameters);
    for (var i = id.x; i < count; i += 256u * workgroups.x) {
        if (rates[i] == 0) {
            continue;
        }
        let gradient = gradients[i];
        let first = BETA_1 * firstMoments[i] + (1 - BETA_1) * gradient;
        let second = BETA_2 * secondMoments[i] + (1 - BETA_2) * gradient * gradient;
        firstMoments[i] = first;
        secondMoments[i] = second;
        parameters[i] -= step.adam * rates[i] * first / (sqrt(second) + EPSILON);
    }
}
