import { NodeGeometryBlockConnectionPointTypes } from "@babylonjs/core/Meshes/Node/Enums/nodeGeometryConnectionPointTypes.js";
import type { NodeGeometryConnectionPoint } from "@babylonjs/core/Meshes/Node/nodeGeometryBlockConnectionPoint.js";
import type { NodeGeometryBuildState } from "@babylonjs/core/Meshes/Node/nodeGeometryBuildState.js";
import { configureInput } from "./configureInput.js";
import { knownCategories, makeEditable } from "./editable.js";
import { instanceOffset, loopsBefore } from "./instanceOffset.js";
import { ShapeBlock } from "./shapeBlock.js";

/** Draws a code from the decoder's prior, another one for each instance. */
export class LatentSampleBlock extends ShapeBlock {
    static {
        makeEditable(LatentSampleBlock, [
            { name: "category", label: "Category", kind: "choice", choices: knownCategories },
            { name: "seedPerInstance", label: "Seed per instance", kind: "switch" },
        ]);
    }

    /** One of the decoder's categories; empty draws from all, by their shares. */
    category = "";
    /** Adds the number of the instance to the seed, so that scattered props differ; see `instanceOffset`. */
    seedPerInstance = true;

    constructor(name: string) {
        super(name);
        const { Int, Float } = NodeGeometryBlockConnectionPointTypes;
        this.registerInput("seed", Int, true, 0);
        this.registerInput("temperature", Float, true, 1, 0, 2);
        this.seed.acceptedConnectionPointTypes.push(Float);
        this.temperature.acceptedConnectionPointTypes.push(Int);
        this.registerLatentOutput("latent");
    }

    override getClassName(): string {
        return "LatentSampleBlock";
    }

    /** Int or Float; each number is a seed of its own. */
    get seed(): NodeGeometryConnectionPoint {
        return this._inputs[0];
    }

    /** Float from 0 on; 1 is the prior as trained, less gives tamer shapes. */
    get temperature(): NodeGeometryConnectionPoint {
        return this._inputs[1];
    }

    get latent(): NodeGeometryConnectionPoint {
        return this._outputs[0];
    }

    /** Gives the block a seed to turn, where it has none. */
    override autoConfigure(): void {
        configureInput(this.seed, "Seed");
    }

    protected override get storedProperties(): readonly string[] {
        return [...super.storedProperties, "category", "seedPerInstance"];
    }

    protected override _buildBlock(state: NodeGeometryBuildState): void {
        const before = loopsBefore(this);
        this.provide(this.latent, state, (context) => {
            const { model, category } = this;
            const offset = this.seedPerInstance ? instanceOffset(context, before) : 0;
            return model.sampleLatent({
                seed: this.numberAt(this.seed, context) + offset,
                temperature: this.numberAt(this.temperature, context),
                ...(category === "" ? {} : { category }),
            });
        });
    }
}
