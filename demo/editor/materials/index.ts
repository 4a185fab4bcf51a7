import { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial.js";
import { Color3 } from "@babylonjs/core/Maths/math.color.js";
import type { Scene } from "@babylonjs/core/scene.js";
import type { MaterialName } from "../state.js";
import { createPattern } from "./patterns.js";
import { TriplanarTexture } from "./triplanar.js";

interface Look {
    readonly color: string;
    readonly specular: number;
    readonly power: number;
    readonly pattern?: "wood" | "stone" | "metal";
    readonly repeats?: number;
}

const LOOKS: Record<MaterialName, Look> = {
    clay: { color: "#d29a63", specular: 0.12, power: 24 },
    wood: { color: "#b9834d", specular: 0.15, power: 40, pattern: "wood", repeats: 0.9 },
    stone: { color: "#b7b2a8", specular: 0.05, power: 12, pattern: "stone", repeats: 0.8 },
    metal: { color: "#9fb0bf", specular: 0.75, power: 70, pattern: "metal", repeats: 0.7 },
};

/** The editor's materials, each made when it is first wanted. */
export class Materials {
    private readonly made = new Map<MaterialName, StandardMaterial>();

    constructor(private readonly scene: Scene) {}

    get(name: MaterialName): StandardMaterial {
        const made = this.made.get(name) ?? this.create(name);
        this.made.set(name, made);
        return made;
    }

    private create(name: MaterialName): StandardMaterial {
        const { color, specular, power, pattern, repeats = 1 } = LOOKS[name];
        const material = new StandardMaterial(name, this.scene);
        material.diffuseColor = Color3.FromHexString(color);
        material.specularColor = new Color3(specular, specular, specular);
        material.specularPower = power;
        if (pattern) new TriplanarTexture(material, createPattern(pattern, this.scene), repeats);
        return material;
    }
}
