import { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial.js";
import { Color3 } from "@babylonjs/core/Maths/math.color.js";
import { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData.js";
import type { CompletionMode, ScanCompletion } from "babylon-deepsdf";
import type { Stage } from "../stage.js";

/** Arrays of a scan; one without triangles is shown as small crosses. */
export interface Shown {
    readonly positions: Float32Array;
    readonly normals?: Float32Array | null;
    readonly indices?: Uint32Array | null;
}

/** Colours of parts that were seen and of those that are guessed. */
export const SEEN = [0.86, 0.64, 0.42] as const;
export const GUESSED = [0.42, 0.68, 0.9] as const;

/** What lies in the middle of the stage: the scan, the thing itself, and what the scan was completed to. */
export class Workbench {
    private scan: Mesh | null = null;
    private truth: Mesh | null = null;
    private completed: Mesh | null = null;
    private readonly scanMaterial: StandardMaterial;
    private readonly cloudMaterial: StandardMaterial;
    private readonly truthMaterial: StandardMaterial;
    private readonly wholeMaterial: StandardMaterial;
    private between = 0.5;
    private showsTruth = false;

    constructor(private readonly stage: Stage) {
        const { scene } = stage;
        this.scanMaterial = new StandardMaterial("scan", scene);
        this.scanMaterial.diffuseColor = Color3.FromHexString("#f0ead8");
        this.scanMaterial.specularColor = new Color3(0.03, 0.03, 0.03);
        this.scanMaterial.backFaceCulling = false;
        this.scanMaterial.twoSidedLighting = true;
        // In front of a completed surface that runs through the same places.
        this.scanMaterial.zOffset = -1;
        // Points have no side that could be lit.
        this.cloudMaterial = new StandardMaterial("cloud", scene);
        this.cloudMaterial.emissiveColor = this.scanMaterial.diffuseColor;
        this.cloudMaterial.disableLighting = true;
        this.cloudMaterial.backFaceCulling = false;
        this.truthMaterial = new StandardMaterial("truth", scene);
        this.truthMaterial.emissiveColor = Color3.FromHexString("#58d68d");
        this.truthMaterial.disableLighting = true;
        this.truthMaterial.wireframe = true;
        this.wholeMaterial = new StandardMaterial("completed", scene);
        this.wholeMaterial.diffuseColor = Color3.White();
        this.wholeMaterial.specularColor = new Color3(0.1, 0.1, 0.1);
        // What is guessed is mostly in the shade.
        this.wholeMaterial.emissiveColor = new Color3(0.16, 0.16, 0.16);
    }

    setScan(shown: Shown | null): void {
        this.scan?.dispose();
        if (!shown) this.scan = null;
        else if (shown.indices?.length) this.scan = this.createMesh("scan", shown, this.scanMaterial);
        else this.scan = this.createMesh("scan", crosses(shown), this.cloudMaterial, false);
        this.apply();
    }

    setTruth(shown: Shown | null): void {
        this.truth?.dispose();
        this.truth = shown && this.createMesh("truth", shown, this.truthMaterial, false);
        this.apply();
    }

    /** Takes the mesh over; the one before goes. */
    setCompleted(mesh: Mesh | null): void {
        this.completed?.dispose();
        this.completed = mesh;
        if (mesh) {
            this.stage.show(mesh);
            mesh.material = this.wholeMaterial;
        }
        this.apply();
    }

    /** @param between 0 shows the scan alone, 1 the completion alone, half-way both are whole; they fade to either side */
    setShown(between: number, truth: boolean): void {
        this.between = between;
        this.showsTruth = truth;
        this.apply();
    }

    private apply(): void {
        // What is all there is stays.
        fade(this.scan, this.completed ? 2 * (1 - this.between) : 1);
        fade(this.completed, 2 * this.between);
        this.truth?.setEnabled(this.showsTruth);
        this.stage.invalidate();
    }

    private createMesh(name: string, shown: Shown, material: StandardMaterial, throwsShadow = true): Mesh {
        const mesh = new Mesh(name, this.stage.scene);
        const data = new VertexData();
        data.positions = shown.positions;
        data.indices = shown.indices ?? [];
        data.normals = shown.normals ?? null;
        if (!data.normals) {
            const normals: number[] = [];
            VertexData.ComputeNormals(data.positions, data.indices, normals);
            data.normals = normals;
        }
        data.applyToMesh(mesh);
        if (throwsShadow) this.stage.show(mesh);
        mesh.material = material;
        return mesh;
    }
}

/** Nothing of a mesh at 0, all of it from 1 on. */
function fade(mesh: Mesh | null, share: number): void {
    mesh?.setEnabled(share > 0);
    if (mesh) mesh.visibility = Math.min(1, share);
}

/** The options that give a completion its colours. */
export function createCompletedMeshAsync(
    completion: ScanCompletion,
    mode: CompletionMode,
    resolution: number,
    signal: AbortSignal,
) {
    return completion.createMeshAsync("completed", {
        mode,
        resolution,
        signal,
        colors: { observed: SEEN, guessed: GUESSED },
    });
}

/** Points that are shown as crosses at most. */
const MOST_CROSSES = 6000;

/** Each point as two crossed triangles, large enough to be seen. */
function crosses({ positions }: Shown): Shown {
    const count = positions.length / 3;
    const step = Math.max(1, Math.ceil(count / MOST_CROSSES));
    const size = extent(positions) * 0.003;
    const [corners, indices]: [number[], number[]] = [[], []];
    for (let n = 0; n < count; n += step) {
        const [x, y, z] = [positions[3 * n], positions[3 * n + 1], positions[3 * n + 2]];
        const first = corners.length / 3;
        corners.push(x - size, y - size, z, x + size, y - size, z, x, y + size, z);
        corners.push(x, y - size, z - size, x, y - size, z + size, x, y + size, z);
        indices.push(first, first + 1, first + 2, first + 3, first + 4, first + 5);
    }
    return { positions: Float32Array.from(corners), indices: Uint32Array.from(indices) };
}

function extent(positions: Float32Array): number {
    let [low, high] = [Infinity, -Infinity];
    for (const value of positions) {
        low = Math.min(low, value);
        high = Math.max(high, value);
    }
    return high - low;
}
