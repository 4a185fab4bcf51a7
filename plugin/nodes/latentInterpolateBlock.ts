import { NodeGeometryBlockConnectionPointTypes } from "@babylonjs/core/Meshes/Node/Enums/nodeGeometryConnectionPointTypes.js";
import type { NodeGeometryConnectionPoint } from "@babylonjs/core/Meshes/Node/nodeGeometryBlockConnectionPoint.js";
import type { NodeGeometryBuildState } from "@babylonjs/core/Meshes/Node/nodeGeometryBuildState.js";
import { interpolateAlongPrior } from "../latent/index.js";
import { knownCategories, makeEditable } from "./editable.js";
import { PENDING } from "./pending.js";
import { ShapeBlock } from "./shapeBlock.js";

const GREATEST_COUNT = 4;

/** Mixes two to four codes by weights; the weights are divided by their sum. */
export class LatentInterpolateBlock extends ShapeBlock {
    static {
        makeEditable(LatentInterpolateBlock, [
            { name: "alongPrior", label: "Along the prior", kind: "switch" },
            { name: "category", label: "Category", kind: "choice", choices: knownCategories },
        ]);
    }

    /** Keeps the mix as unusual as its parts are, where a plain mean is blander; see `interpolateAlongPrior`. */
    alongPrior = false;
    /** Category of all the codes, which only a mix along the prior asks for; empty takes each for its likeliest. */
    category = "";

    constructor(name: string) {
        super(name);
        const { Float, Int } = NodeGeometryBlockConnectionPointTypes;
        for (let n = 0; n < GREATEST_COUNT; n++) {
            this.registerLatentInput(`latent${n}`, n >= 2);
        }
        for (let n = 0; n < GREATEST_COUNT; n++) {
            this.registerInput(`weight${n}`, Float, true, 1, 0, 1);
            this.inputs[GREATEST_COUNT + n].acceptedConnectionPointTypes.push(Int);
        }
        this.registerLatentOutput("latent");
    }

    override getClassName(): string {
        return "LatentInterpolateBlock";
    }

    get latent0(): NodeGeometryConnectionPoint {
        return this._inputs[0];
    }

    get latent1(): NodeGeometryConnectionPoint {
        return this._inputs[1];
    }

    get latent2(): NodeGeometryConnectionPoint {
        return this._inputs[2];
    }

    get latent3(): NodeGeometryConnectionPoint {
        return this._inputs[3];
    }

    get weight0(): NodeGeometryConnectionPoint {
        return this._inputs[4];
    }

    get weight1(): NodeGeometryConnectionPoint {
        return this._inputs[5];
    }

    get weight2(): NodeGeometryConnectionPoint {
        return this._inputs[6];
    }

    get weight3(): NodeGeometryConnectionPoint {
        return this._inputs[7];
    }

    get latent(): NodeGeometryConnectionPoint {
        return this._outputs[0];
    }

    protected override get storedProperties(): readonly string[] {
        return [...super.storedProperties, "alongPrior", "category"];
    }

    protected override _buildBlock(state: NodeGeometryBuildState): void {
        this.provide(this.latent, state, (context) => {
            const { model, category } = this;
            const places = [0, 1, 2, 3].filter((n) => n < 2 || this.inputs[n].isConnected);
            const latents = places.map((n) => this.latentAt(this.inputs[n], context, model.latentSize));
            const weights = places.map((n) => this.numberAt(this.inputs[GREATEST_COUNT + n], context));
            if (latents.some((latent) => latent === PENDING)) {
                return PENDING;
            }
            const codes = latents as Float32Array[];
            return this.alongPrior
                ? interpolateAlongPrior(
                      model.metadata ?? { latentSize: model.latentSize, categories: [], prior: [] },
                      codes,
                      weights,
                      category === "" ? undefined : category,
                  )
                : model.interpolateLatents(codes, weights);
        });
    }
}
