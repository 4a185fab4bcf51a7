/** The worker's side of `WorkerField`: a decoder on the CPU, and surfaces of it. */
import { createCpuFieldAsync } from "../../field/cpuField.js";
import type { Field, FieldGradient } from "../../field/field.js";
import { extractSurfaceAsync } from "../cpu/extractSurface.js";
import type { LoadResult, WorkerAnswer, WorkerRequest } from "./messages.js";

interface Scope {
    onmessage: ((event: MessageEvent<WorkerRequest>) => void) | null;
    postMessage(message: WorkerAnswer, transfer: Transferable[]): void;
}

const scope = globalThis as unknown as Scope;
const running = new Map<number, AbortController>();
let field: Field | null = null;

scope.onmessage = ({ data }) => {
    if (data.kind === "abort") {
        running.get(data.number)?.abort();
    } else {
        void answer(data);
    }
};

async function answer(request: Exclude<WorkerRequest, { kind: "abort" }>): Promise<void> {
    const { number } = request;
    const controller = new AbortController();
    running.set(number, controller);
    try {
        const [result, transfer] = await perform(request, controller.signal);
        scope.postMessage({ number, result }, transfer);
    } catch (error) {
        scope.postMessage({ number, failure: error instanceof Error ? error.message : String(error) }, []);
    } finally {
        running.delete(number);
    }
}

async function perform(
    request: Exclude<WorkerRequest, { kind: "abort" }>,
    signal: AbortSignal,
): Promise<[unknown, Transferable[]]> {
    if (request.kind === "load") {
        field = await createCpuFieldAsync(request.decoder, { evaluator: request.evaluator });
        const loaded: LoadResult = { maker: field.maker, fetchedBytes: fetchedBytes() };
        return [loaded, []];
    }
    if (!field) {
        throw new Error(`surfaceWorker: got "${request.kind}" before a decoder; expected "load" first; report this`);
    }
    const { latent } = request;
    switch (request.kind) {
        case "evaluate": {
            const distances = await field.evaluateAsync(latent, request.points, { signal });
            return [distances, [distances.buffer]];
        }
        case "gradient": {
            const { latentGradients } = request;
            const gradient = await field.evaluateGradientAsync(latent, request.points, { latentGradients, signal });
            return [gradient, buffersOf(gradient)];
        }
        case "extract": {
            const surface = await extractSurfaceAsync(field, latent, request.domain, { ...request.options, signal });
            const { positions, normals, indices } = surface.mesh;
            return [surface, [positions.buffer, normals.buffer, indices.buffer]];
        }
    }
}

/** What the worker's scripts and the runtime took, as it came over the line, or as it is where that is not told. */
function fetchedBytes(): number {
    const entries = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
    return entries.reduce((sum, { transferSize, encodedBodySize }) => sum + (transferSize || encodedBodySize), 0);
}

function buffersOf({ distances, pointGradients, latentGradients }: FieldGradient): Transferable[] {
    return [distances, pointGradients, latentGradients].flatMap((array) => (array ? [array.buffer] : []));
}
