import { MaterialPluginBase } from "@babylonjs/core/Materials/materialPluginBase.pure.js";
import { ShaderLanguage } from "@babylonjs/core/Materials/shaderLanguage.js";
import type { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial.js";
import type { BaseTexture } from "@babylonjs/core/Materials/Textures/baseTexture.js";
import type { UniformBuffer } from "@babylonjs/core/Materials/uniformBuffer.js";
import glslBlend from "./triplanar.glsl?raw";
import wgslBlend from "./triplanar.wgsl?raw";

/**
 * Multiplies a material's colour by a texture seen along the three axes, so that surfaces without texture coordinates
 * can have one.
 */
export class TriplanarTexture extends MaterialPluginBase {
    /** @param repeats of the texture in one unit */
    constructor(
        material: StandardMaterial,
        private readonly texture: BaseTexture,
        private readonly repeats: number,
    ) {
        super(material, "TriplanarTexture", 200, {}, true, true);
    }

    override getClassName(): string {
        return "TriplanarTexture";
    }

    override isCompatible(): boolean {
        return true;
    }

    override getSamplers(samplers: string[]): void {
        samplers.push("triplanarSampler");
    }

    override getUniforms(): { ubo: { name: string; size: number; type: string }[]; fragment: string } {
        return {
            ubo: [{ name: "triplanarRepeats", size: 1, type: "float" }],
            fragment: "uniform float triplanarRepeats;",
        };
    }

    override isReadyForSubMesh(): boolean {
        return this.texture.isReady();
    }

    override bindForSubMesh(uniforms: UniformBuffer): void {
        uniforms.updateFloat("triplanarRepeats", this.repeats);
        uniforms.setTexture("triplanarSampler", this.texture);
    }

    override getCustomCode(shaderType: string, language?: ShaderLanguage): Record<string, string> | null {
        if (shaderType !== "fragment") return null;
        return language === ShaderLanguage.WGSL
            ? {
                  CUSTOM_FRAGMENT_DEFINITIONS: wgslBlend,
                  CUSTOM_FRAGMENT_UPDATE_DIFFUSE:
                      "baseColor = vec4f(baseColor.rgb * triplanarColor(fragmentInputs.vPositionW * uniforms.triplanarRepeats, normalW), baseColor.a);",
              }
            : {
                  CUSTOM_FRAGMENT_DEFINITIONS: glslBlend,
                  CUSTOM_FRAGMENT_UPDATE_DIFFUSE:
                      "baseColor.rgb *= triplanarColor(vPositionW * triplanarRepeats, normalW);",
              };
    }
}
