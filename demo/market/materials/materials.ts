import { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial.js";
import { Color3, Color4 } from "@babylonjs/core/Maths/math.color.js";
import { CreateBox } from "@babylonjs/core/Meshes/Builders/boxBuilder.js";
import type { Scene } from "@babylonjs/core/scene.js";
import { GrainPlugin } from "./grain.js";
import { type Substance, substanceOf } from "./substances.js";

/** The market's materials, each made when it is first wanted and shared by all that are made of it. */
export class Materials {
    private readonly made = new Map<string, StandardMaterial>();

    constructor(private readonly scene: Scene) {}

    /** @param tint from 0 to 1, which of the family's substances */
    of(family: string, tint: number): StandardMaterial {
        const { index, substance } = substanceOf(family, tint);
        return this.get(`${family} ${index}`, substance);
    }

    /** Gets the shader of the town, or the one that all props share, ready before the first that needs it. */
    async warmUpAsync(kind: "town" | "props"): Promise<void> {
        const [material, colors] =
            kind === "town" ? [this.town(), [Color4.FromHexString("#ffffff")]] : [this.of("", 0)];
        const box = CreateBox("warm-up", { faceColors: colors }, this.scene);
        box.setEnabled(false);
        box.receiveShadows = true;
        // As long as those of the town and of props, which a shader on WebGPU knows.
        box.setIndices(Uint32Array.from(box.getIndices() ?? []));
        await material.forceCompilationAsync(box);
        box.dispose();
    }

    /** Plaster, timber and cloth of the town; the colours are the vertices'. */
    town(): StandardMaterial {
        return this.get("town", { color: [1, 1, 1], stretch: [7, 7, 7], strength: 0.1, shine: 0.02, power: 10 });
    }

    private get(name: string, substance: Substance): StandardMaterial {
        let material = this.made.get(name);
        if (!material) {
            material = new StandardMaterial(name, this.scene);
            material.diffuseColor = Color3.White();
            material.specularColor = new Color3(substance.shine, substance.shine, substance.shine);
            material.specularPower = substance.power;
            new GrainPlugin(material, substance);
            this.made.set(name, material);
        }
        return material;
    }
}
