import { NodeGeometryBlockConnectionPointTypes } from "@babylonjs/core/Meshes/Node/Enums/nodeGeometryConnectionPointTypes.js";
import type { NodeGeometryConnectionPoint } from "@babylonjs/core/Meshes/Node/nodeGeometryBlockConnectionPoint.js";
import type { NodeGeometryBuildState } from "@babylonjs/core/Meshes/Node/nodeGeometryBuildState.js";
import { knownAxes, knownCategories, makeEditable } from "./editable.js";
import { PENDING } from "./pending.js";
import { ShapeBlock } from "./shapeBlock.js";

/** Moves a code along one of the decoder's principal axes. */
export class LatentAxisBlock extends ShapeBlock {
    static {
        makeEditable(LatentAxisBlock, [
            { name: "axis", label: "Axis", kind: "choice", choices: knownAxes },
            { name: "category", label: "Category", kind: "choice", choices: knownCategories },
        ]);
    }

    /** Name of the axis, or its place as a text of digits; the first unless given. */
    axis = "0";
    /** Category whose axis is meant, for names that several have and for places among that category's. */
    category = "";

    constructor(name: string) {
        super(name);
        const { Float, Int } = NodeGeometryBlockConnectionPointTypes;
        this.registerLatentInput("source");
        this.registerInput("amount", Float, true, 0, -3, 3);
        this.amount.acceptedConnectionPointTypes.push(Int);
        this.registerLatentOutput("latent");
    }

    override getClassName(): string {
        return "LatentAxisBlock";
    }

    get source(): NodeGeometryConnectionPoint {
        return this._inputs[0];
    }

    /** Float, standard deviations of the trained codes. */
    get amount(): NodeGeometryConnectionPoint {
        return this._inputs[1];
    }

    get latent(): NodeGeometryConnectionPoint {
        return this._outputs[0];
    }

    protected override get storedProperties(): readonly string[] {
        return [...super.storedProperties, "axis", "category"];
    }

    protected override _buildBlock(state: NodeGeometryBuildState): void {
        this.provide(this.latent, state, (context) => {
            const { model, axis, category } = this;
            const source = this.latentAt(this.source, context, model.latentSize);
            const amount = this.numberAt(this.amount, context);
            if (source === PENDING) {
                return PENDING;
            }
            const place = /^\d{1,4}$/.test(axis) ? Number(axis) : axis;
            return model.moveAlongAxis(source, place, amount, category === "" ? undefined : category);
        });
    }
}
