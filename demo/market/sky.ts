import { VertexBuffer } from "@babylonjs/core/Buffers/buffer.js";
import { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial.js";
import { Color3 } from "@babylonjs/core/Maths/math.color.js";
import type { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { CreateSphere } from "@babylonjs/core/Meshes/Builders/sphereBuilder.js";
import { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import type { Scene } from "@babylonjs/core/scene.js";

/** What distance fades into. */
export const HAZE = Color3.FromHexString("#d9d2c3");
const ZENITH = Color3.FromHexString("#6f9ccf");
const MIDDLE = Color3.FromHexString("#a9c6e2");
const GLOW = Color3.FromHexString("#fff0d2");

/** A dome of colours around the camera, brightest towards the sun. */
export function addSky(scene: Scene, sun: Vector3): Mesh {
    const dome = CreateSphere("sky dome", { diameter: 100, segments: 16, sideOrientation: Mesh.BACKSIDE }, scene);
    const positions = dome.getVerticesData(VertexBuffer.PositionKind) ?? [];
    const colors: number[] = [];
    for (let at = 0; at < positions.length; at += 3) {
        const [x, y, z] = [0, 1, 2].map((axis) => positions[at + axis] / 50);
        const height = Math.max(0, y);
        const low = Color3.Lerp(HAZE, MIDDLE, Math.min(1, height / 0.28));
        const sky = Color3.Lerp(low, ZENITH, Math.max(0, (height - 0.28) / 0.72));
        const facing = Math.max(0, x * sun.x + y * sun.y + z * sun.z);
        const { r, g, b } = Color3.Lerp(sky, GLOW, 0.75 * facing ** 14);
        colors.push(r, g, b, 1);
    }
    dome.setVerticesData(VertexBuffer.ColorKind, colors);
    const material = new StandardMaterial("sky", scene);
    material.disableLighting = true;
    material.emissiveColor = Color3.White();
    dome.material = material;
    dome.infiniteDistance = true;
    dome.applyFog = false;
    dome.isPickable = false;
    return dome;
}
