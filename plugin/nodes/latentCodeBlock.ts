import type { NodeGeometryConnectionPoint } from "@babylonjs/core/Meshes/Node/nodeGeometryBlockConnectionPoint.js";
import type { NodeGeometryBuildState } from "@babylonjs/core/Meshes/Node/nodeGeometryBuildState.js";
import { decodeLatent, encodeLatent } from "../latent/index.js";
import { knownCategories, makeEditable } from "./editable.js";
import { ShapeBlock } from "./shapeBlock.js";

/** A code that is stored in the graph. */
export class LatentCodeBlock extends ShapeBlock {
    static {
        makeEditable(LatentCodeBlock, [
            { name: "drawCategory", label: "Draw from", kind: "choice", choices: knownCategories },
            { name: "drawSeed", label: "Draw by seed", kind: "int" },
        ]);
    }

    /** The code in the text form of `encodeLatent`. */
    code = "";
    /** Category that `drawSeed` draws from; empty draws from all. */
    drawCategory = "";
    private drawnSeed = 0;

    constructor(name: string) {
        super(name);
        this.registerLatentOutput("latent");
    }

    override getClassName(): string {
        return "LatentCodeBlock";
    }

    get latent(): NodeGeometryConnectionPoint {
        return this._outputs[0];
    }

    /**
     * For panels that have no field for texts: a number set here stores the code that the decoder draws for it.
     */
    get drawSeed(): number {
        return this.drawnSeed;
    }

    set drawSeed(seed: number) {
        this.drawnSeed = seed;
        const { drawCategory } = this;
        this.value = this.model.sampleLatent({ seed, ...(drawCategory === "" ? {} : { category: drawCategory }) });
    }

    /** The code as numbers; a copy. */
    get value(): Float32Array {
        return decodeLatent(this.code);
    }

    set value(latent: Float32Array) {
        this.code = encodeLatent(latent);
    }

    protected override get storedProperties(): readonly string[] {
        return [...super.storedProperties, "code"];
    }

    protected override _buildBlock(state: NodeGeometryBuildState): void {
        this.provide(this.latent, state, () => {
            if (this.code === "") {
                throw new Error(
                    "holds no code; expected a text that encodeLatent made; set the block's code or its value",
                );
            }
            return decodeLatent(this.code, this.model.latentSize);
        });
    }
}
