import { requestTestAdapter } from "./gpu.js";
import { requestNullDevice } from "./nullDevice.js";

const FEATURES = ["chromium-experimental-subgroup-matrix", "subgroups", "shader-f16"] as GPUFeatureName[];

/** A product of matrices of subgroups, [M, K] · [K, N], as an adapter tells of it. */
export interface Product {
    M: number;
    N: number;
    K: number;
    componentType: "f16" | "f32";
    resultComponentType: "f16" | "f32";
}

/** What an adapter of subgroups up to that size tells. */
export function matrixInfo(products: Product[], subgroupMaxSize = 32): GPUAdapterInfo {
    return { subgroupMaxSize, subgroupMatrixConfigs: products } as unknown as GPUAdapterInfo;
}

/** A device as far as the choice of matrices looks at it. */
export function pretendedDevice(adapterInfo: GPUAdapterInfo, features: string[] = FEATURES): GPUDevice {
    const limits = {
        maxComputeWorkgroupStorageSize: 16384,
        maxComputeInvocationsPerWorkgroup: 256,
        maxComputeWorkgroupSizeX: 256,
    };
    return { adapterInfo, features: new Set(features), limits } as unknown as GPUDevice;
}

/** Dawn's device that runs nothing, with the extension; it takes every product that it is said to have. */
export async function requestNullMatrixDevice(products: Product[]): Promise<GPUDevice | null> {
    const device = await requestNullDevice(FEATURES);
    return tell(device, matrixInfo(products, device?.adapterInfo.subgroupMaxSize));
}

/** The adapter's device with the extension, or null where it has none. */
export async function requestMatrixDevice(): Promise<GPUDevice | null> {
    const adapter = await requestTestAdapter();
    const hasAll = adapter && FEATURES.every((name) => adapter.features.has(name));
    return hasAll ? tell(await adapter.requestDevice({ requiredFeatures: FEATURES }), adapter.info) : null;
}

/** In Node, Dawn tells the products of an adapter and not of a device. */
function tell(device: GPUDevice | null, adapterInfo: GPUAdapterInfo): GPUDevice | null {
    return device && Object.defineProperty(device, "adapterInfo", { value: adapterInfo });
}
