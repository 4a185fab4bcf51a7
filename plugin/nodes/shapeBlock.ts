import { NodeGeometryBlock } from "@babylonjs/core/Meshes/Node/nodeGeometryBlock.js";
import type { NodeGeometryConnectionPoint } from "@babylonjs/core/Meshes/Node/nodeGeometryBlockConnectionPoint.js";
import type { NodeGeometryBuildState } from "@babylonjs/core/Meshes/Node/nodeGeometryBuildState.js";
import { checkLatent } from "../latent/index.js";
import { knownDecoders, makeEditable } from "./editable.js";
import { LATENT_CONNECTION, LatentOutput } from "./latentConnection.js";
import { PENDING, type Pending } from "./pending.js";
import { findShapeModel, type GraphModel } from "./shapeModels.js";

/** An error of a block, with the block's name in front. */
export class ShapeBlockError extends Error {
    constructor(
        readonly block: NodeGeometryBlock,
        cause: unknown,
    ) {
        const message = cause instanceof Error ? cause.message : String(cause);
        super(`${block.getClassName()} "${block.name}": ${message}`, { cause });
        this.name = "ShapeBlockError";
    }

    static From(block: NodeGeometryBlock, cause: unknown): ShapeBlockError {
        return cause instanceof ShapeBlockError ? cause : new ShapeBlockError(block, cause);
    }
}

type Plain = string | number | boolean;

/** What all blocks over shapes share: a decoder by name, values per instance, and lossless storing. */
export abstract class ShapeBlock extends NodeGeometryBlock {
    static {
        makeEditable(ShapeBlock, [
            { name: "decoder", label: "Decoder", kind: "choice", choices: knownDecoders },
            { name: "evaluateContext", label: "Evaluate context", kind: "switch" },
        ]);
    }

    /** Name of the decoder, as given to `registerShapeModel`; empty takes the only one there is. */
    decoder = "";
    /** Work out a value for each instance, vertex or face; without, one for the whole build. */
    evaluateContext = true;

    /** Names of the properties that are saved with the graph: texts, numbers and booleans. */
    protected get storedProperties(): readonly string[] {
        return ["decoder", "evaluateContext"];
    }

    override getClassName(): string {
        return "ShapeBlock";
    }

    protected registerLatentInput(name: string, isOptional = false): void {
        this.registerInput(name, LATENT_CONNECTION, isOptional);
    }

    protected registerLatentOutput(name: string): void {
        this.registerOutput(name, LATENT_CONNECTION, new LatentOutput(name, this));
    }

    /** The decoder; throws if there is none of that name. */
    protected get model(): GraphModel {
        return findShapeModel(this.decoder);
    }

    /** Gives an output its value: per context, or once. */
    protected provide(
        output: NodeGeometryConnectionPoint,
        state: NodeGeometryBuildState,
        evaluate: (state: NodeGeometryBuildState) => unknown,
    ): void {
        const guarded = (context: NodeGeometryBuildState) => {
            try {
                return evaluate(context);
            } catch (cause) {
                throw ShapeBlockError.From(this, cause);
            }
        };
        output._storedFunction = this.evaluateContext ? guarded : null;
        output._storedValue = this.evaluateContext ? null : guarded(state);
    }

    /** The code at a port. */
    protected latentAt(
        input: NodeGeometryConnectionPoint,
        state: NodeGeometryBuildState,
        latentSize: number,
    ): Float32Array | Pending {
        if (!input.isConnected) {
            throw new Error(
                `nothing is connected to "${input.name}"; expected a latent code; connect a block that makes one, such as LatentSampleBlock`,
            );
        }
        const value: unknown = input.getConnectedValue(state);
        if (value === PENDING) {
            return PENDING;
        }
        checkLatent(`port "${input.name}"`, value, latentSize);
        return value;
    }

    /** The number at a port. */
    protected numberAt(input: NodeGeometryConnectionPoint, state: NodeGeometryBuildState): number {
        const value: unknown = input.getConnectedValue(state);
        if (typeof value !== "number" || !Number.isFinite(value)) {
            throw new Error(
                `port "${input.name}" got ${typeof value === "number" ? value : `a ${value === null ? "null" : typeof value}`}; expected a finite number; connect one or set the port's value`,
            );
        }
        return value;
    }

    /** @internal */
    override serialize(): Record<string, unknown> {
        return { ...super.serialize(), ...this.stored() };
    }

    /** @internal */
    // biome-ignore lint/suspicious/noExplicitAny: the engine's own signature
    override _deserialize(source: any): void {
        super._deserialize(source);
        const own = this.stored();
        for (const [name, current] of Object.entries(own)) {
            const value: unknown = source[name];
            if (value === undefined) {
                continue;
            }
            if (typeof value !== typeof current || (typeof value === "number" && !Number.isFinite(value))) {
                throw new ShapeBlockError(
                    this,
                    new Error(
                        `got ${JSON.stringify(value)?.slice(0, 40)} as "${name}"; expected a ${typeof current}; correct the graph's file`,
                    ),
                );
            }
            Object.assign(this, { [name]: value });
        }
    }

    protected override _dumpPropertiesCode(): string {
        const variable = this._codeVariableName;
        const assignments = Object.entries(this.stored()).map(([name, value]) => [name, value] as const);
        // The engine writes connections only, and forgets what is set on a free port.
        const ports = this.inputs
            .filter((input) => !input.isConnected && typeof input.value === "number")
            .map((input) => [`${this._inputRename(input.name)}.value`, input.value as number] as const);
        return (
            super._dumpPropertiesCode() +
            [...assignments, ...ports]
                .map(([name, value]) => `${variable}.${name} = ${JSON.stringify(value)};\n`)
                .join("")
        );
    }

    private stored(): Record<string, Plain> {
        const own = this as unknown as Record<string, Plain>;
        return Object.fromEntries(this.storedProperties.map((name) => [name, own[name]]));
    }
}
