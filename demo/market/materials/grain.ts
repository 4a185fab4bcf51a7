import { MaterialPluginBase } from "@babylonjs/core/Materials/materialPluginBase.pure.js";
import { ShaderLanguage } from "@babylonjs/core/Materials/shaderLanguage.js";
import type { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial.js";
import type { UniformBuffer } from "@babylonjs/core/Materials/uniformBuffer.js";
import type { Color } from "../blocks.js";
import glslGrain from "./grain.glsl?raw";
import wgslGrain from "./grain.wgsl?raw";

/** How a substance looks, in units of the prop's own space. */
export interface Grain {
    readonly color: Color;
    /** Cells of noise in one unit along x, y and z: the smaller, the longer the grain. */
    readonly stretch: readonly [number, number, number];
    /** From 0 to 1. */
    readonly strength: number;
    /** A second colour above a height, as glaze, caps and shades have. */
    readonly second?: {
        readonly color: Color;
        readonly height: number;
        readonly softness: number;
        /** How far the edge wanders. */
        readonly ragged: number;
        /** Level of noise above which the first colour shows again; 1 for nowhere. */
        readonly spots: number;
    };
}

/** Higher than any prop. */
const NOWHERE = 9;

/** Lets a material's colour vary through the body of what it covers. */
export class GrainPlugin extends MaterialPluginBase {
    constructor(
        material: StandardMaterial,
        private readonly grain: Grain,
    ) {
        super(material, "Grain", 200, {}, true, true);
    }

    override getClassName(): string {
        return "GrainPlugin";
    }

    override isCompatible(): boolean {
        return true;
    }

    override getUniforms() {
        return {
            ubo: [
                { name: "grainStretch", size: 4, type: "vec4" },
                { name: "grainSplit", size: 4, type: "vec4" },
                { name: "grainBase", size: 3, type: "vec3" },
                { name: "grainSecond", size: 3, type: "vec3" },
            ],
            fragment:
                "uniform vec4 grainStretch; uniform vec4 grainSplit; uniform vec3 grainBase; uniform vec3 grainSecond;",
        };
    }

    override bindForSubMesh(uniforms: UniformBuffer): void {
        const { stretch, strength, second } = this.grain;
        uniforms.updateFloat4("grainStretch", ...stretch, strength);
        const { height = NOWHERE, softness = 0.01, ragged = 0, spots = 1, color = [1, 1, 1] as const } = second ?? {};
        uniforms.updateFloat4("grainSplit", height, softness, ragged, spots);
        uniforms.updateFloat3("grainBase", ...this.grain.color);
        uniforms.updateFloat3("grainSecond", ...color);
    }

    override getCustomCode(shaderType: string, language?: ShaderLanguage): Record<string, string> {
        const isWgsl = language === ShaderLanguage.WGSL;
        if (shaderType === "vertex") {
            return isWgsl
                ? {
                      CUSTOM_VERTEX_DEFINITIONS: "varying grainPlace: vec3f; varying grainNormal: vec3f;",
                      CUSTOM_VERTEX_UPDATE_NORMAL:
                          "vertexOutputs.grainPlace = positionUpdated; vertexOutputs.grainNormal = normalUpdated;",
                  }
                : {
                      CUSTOM_VERTEX_DEFINITIONS: "varying vec3 grainPlace; varying vec3 grainNormal;",
                      CUSTOM_VERTEX_UPDATE_NORMAL: "grainPlace = positionUpdated; grainNormal = normalUpdated;",
                  };
        }
        return isWgsl
            ? {
                  CUSTOM_FRAGMENT_DEFINITIONS: `varying grainPlace: vec3f; varying grainNormal: vec3f;\n${wgslGrain}`,
                  CUSTOM_FRAGMENT_UPDATE_DIFFUSE:
                      "baseColor = vec4f(baseColor.rgb * grainColor(uniforms.grainBase, uniforms.grainSecond, fragmentInputs.grainPlace, normalize(fragmentInputs.grainNormal), uniforms.grainStretch, uniforms.grainSplit), baseColor.a);",
              }
            : {
                  CUSTOM_FRAGMENT_DEFINITIONS: `varying vec3 grainPlace; varying vec3 grainNormal;\n${glslGrain}`,
                  CUSTOM_FRAGMENT_UPDATE_DIFFUSE:
                      "baseColor.rgb *= grainColor(grainBase, grainSecond, grainPlace, normalize(grainNormal), grainStretch, grainSplit);",
              };
    }
}
