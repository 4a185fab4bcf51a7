/** Compute pipelines by device and name, so that models, meshes and scenes on one device compile a kernel once. */
const pipelines = new WeakMap<GPUDevice, Map<string, Promise<GPUComputePipeline>>>();

/**
 * The compute pipeline of one entry point, compiled when first asked for.
 *
 * @param name unique to `code`; also the label in error messages
 * @param code WGSL
 * @param constants values of its overrides
 * @throws if the device refuses the code
 */
export function computePipelineAsync(
    device: GPUDevice,
    name: string,
    code: string,
    entryPoint: string,
    constants: Readonly<Record<string, number>> = {},
): Promise<GPUComputePipeline> {
    let known = pipelines.get(device);
    if (!known) {
        known = new Map();
        pipelines.set(device, known);
    }
    const values = Object.entries(constants).map(([constant, value]) => ` ${constant}=${value}`);
    const label = `${name} ${entryPoint}${values.join("")}`;
    let pipeline = known.get(label);
    if (!pipeline) {
        const module = device.createShaderModule({ label: name, code });
        pipeline = device.createComputePipelineAsync({
            label,
            layout: "auto",
            compute: { module, entryPoint, constants },
        });
        known.set(label, pipeline);
    }
    return pipeline;
}
