/** The demo's example graphs; `UPDATE_GRAPHS=1 npx vitest run test/nodes/exampleGraphs.test.ts` writes them. */
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { BoundingBlock } from "@babylonjs/core/Meshes/Node/Blocks/boundingBlock.js";
import { GeometryInputBlock } from "@babylonjs/core/Meshes/Node/Blocks/geometryInputBlock.js";
import { GeometryOutputBlock } from "@babylonjs/core/Meshes/Node/Blocks/geometryOutputBlock.js";
import { GeometryTransformBlock } from "@babylonjs/core/Meshes/Node/Blocks/geometryTransformBlock.js";
import {
    GeometryTrigonometryBlock,
    GeometryTrigonometryBlockOperations,
} from "@babylonjs/core/Meshes/Node/Blocks/geometryTrigonometryBlock.js";
import { InstantiateBlock } from "@babylonjs/core/Meshes/Node/Blocks/Instances/instantiateBlock.js";
import { IntFloatConverterBlock } from "@babylonjs/core/Meshes/Node/Blocks/intFloatConverterBlock.js";
import { MathBlock, MathBlockOperations } from "@babylonjs/core/Meshes/Node/Blocks/mathBlock.js";
import { MergeGeometryBlock } from "@babylonjs/core/Meshes/Node/Blocks/mergeGeometryBlock.js";
import { BoxBlock } from "@babylonjs/core/Meshes/Node/Blocks/Sources/boxBlock.js";
import { VectorConverterBlock } from "@babylonjs/core/Meshes/Node/Blocks/vectorConverterBlock.js";
import { NodeGeometryBlockConnectionPointTypes as Types } from "@babylonjs/core/Meshes/Node/Enums/nodeGeometryConnectionPointTypes.js";
import { NodeGeometryContextualSources as Sources } from "@babylonjs/core/Meshes/Node/Enums/nodeGeometryContextualSources.js";
import { NodeGeometry } from "@babylonjs/core/Meshes/Node/nodeGeometry.js";
import type { NodeGeometryConnectionPoint } from "@babylonjs/core/Meshes/Node/nodeGeometryBlockConnectionPoint.js";
import { DecodeShapeBlock, LatentInterpolateBlock, LatentSampleBlock } from "../../plugin/index.js";

type Port = NodeGeometryConnectionPoint;

function float(name: string, value: number): Port {
    const input = new GeometryInputBlock(name, Types.Float);
    input.value = value;
    return input.output;
}

function int(name: string, value: number, min: number, max: number): Port {
    const input = new GeometryInputBlock(name, Types.Int);
    input.value = value;
    [input.min, input.max] = [min, max];
    return input.output;
}

function vector(name: string, x: number, y: number, z: number): Port {
    const input = new GeometryInputBlock(name, Types.Vector3);
    input.value = new Vector3(x, y, z);
    return input.output;
}

/** The instance's number as a float: the engine's arithmetic on whole numbers stays whole. */
function instance(): Port {
    const input = new GeometryInputBlock("Instance", Types.Int);
    input.contextualValue = Sources.InstanceID;
    return toFloat("Instance number", input.output);
}

function toFloat(name: string, port: Port): Port {
    const converter = new IntFloatConverterBlock(name);
    port.connectTo(converter.intIn);
    return converter.floatOut;
}

function math(name: string, operation: MathBlockOperations, left: Port, right: Port): Port {
    const block = new MathBlock(name);
    block.operation = operation;
    left.connectTo(block.left);
    right.connectTo(block.right);
    return block.output;
}

function floor(name: string, port: Port): Port {
    const block = new GeometryTrigonometryBlock(name);
    block.operation = GeometryTrigonometryBlockOperations.Floor;
    port.connectTo(block.input);
    return block.output;
}

function compose(name: string, x: Port, y: Port, z: Port): Port {
    const block = new VectorConverterBlock(name);
    x.connectTo(block.xIn);
    y.connectTo(block.yIn);
    z.connectTo(block.zIn);
    return block.xyzOut;
}

function merge(name: string, ...geometries: Port[]): Port {
    const block = new MergeGeometryBlock(name);
    geometries.forEach((geometry, n) => {
        geometry.connectTo(block.inputs[n]);
    });
    return block.output;
}

function decode(name: string, latent: Port, resolution: Port): Port {
    const block = new DecodeShapeBlock(name);
    latent.connectTo(block.latent);
    resolution.connectTo(block.resolution);
    return block.geometry;
}

function sample(name: string, category: string, seed: Port, perInstance: boolean): Port {
    const block = new LatentSampleBlock(name);
    block.category = category;
    block.seedPerInstance = perInstance;
    block.temperature.value = 0.7;
    seed.connectTo(block.seed);
    return block.latent;
}

/** Moves a geometry up or down so that its lowest point lies at 0. */
function stand(name: string, geometry: Port): Port {
    const bounds = new BoundingBlock(`${name} bounds`);
    geometry.connectTo(bounds.geometry);
    const parts = new VectorConverterBlock(`${name} lowest`);
    bounds.min.connectTo(parts.xyzIn);
    const zero = float("Zero", 0);
    const up = math(`${name} lift`, MathBlockOperations.Subtract, zero, parts.yOut);
    const move = new GeometryTransformBlock(name);
    geometry.connectTo(move.value);
    compose(`${name} by`, zero, up, zero).connectTo(move.translation);
    return move.output;
}

function box(name: string, size: [number, number, number], position: [number, number, number], tilt = 0): Port {
    const block = new BoxBlock(name);
    [block.width.value, block.height.value, block.depth.value] = size;
    const move = new GeometryTransformBlock(`${name} place`);
    block.geometry.connectTo(move.value);
    vector(`${name} at`, ...position).connectTo(move.translation);
    if (tilt !== 0) {
        vector(`${name} tilt`, tilt, 0, 0).connectTo(move.rotation);
    }
    return move.output;
}

/** Places instances in rows on the ground of a counter, each turned by its own angle. */
function rows(
    name: string,
    prop: Port,
    layout: { count: Port; columns: number; step: number; scale: number; origin: [number, number, number] },
): Port {
    const { count, columns, step, scale, origin } = layout;
    const number = instance();
    const perRow = float(`${name} per row`, columns);
    const row = floor(`${name} row`, math(`${name} rows`, MathBlockOperations.Divide, number, perRow));
    const inRow = math(`${name} before`, MathBlockOperations.Multiply, row, perRow);
    const column = math(`${name} column`, MathBlockOperations.Subtract, number, inRow);
    const distance = float(`${name} distance`, step);
    const across = math(`${name} across`, MathBlockOperations.Multiply, column, distance);
    const deep = math(`${name} deep`, MathBlockOperations.Multiply, row, distance);
    const offset = compose(`${name} offset`, across, float("Zero", 0), deep);
    const loop = new InstantiateBlock(name);
    prop.connectTo(loop.instance);
    count.connectTo(loop.count);
    math(`${name} position`, MathBlockOperations.Add, offset, vector(`${name} origin`, ...origin)).connectTo(
        loop.position,
    );
    // The golden angle: no two neighbours look the same way.
    const turn = math(`${name} turn`, MathBlockOperations.Multiply, number, float("Golden angle", 2.39996));
    compose(`${name} angles`, float("Zero", 0), turn, float("Zero", 0)).connectTo(loop.rotation);
    loop.scaling.value = new Vector3(scale, scale, scale);
    return loop.output;
}

function finish(name: string, comment: string, geometry: Port): NodeGeometry {
    const graph = new NodeGeometry(name);
    graph.comment = comment;
    const output = new GeometryOutputBlock("Output");
    geometry.connectTo(output.geometry);
    graph.outputBlock = output;
    collect(graph, output);
    return graph;
}

/** A build collects the blocks; without a decoder there is none. */
function collect(graph: NodeGeometry, block: GeometryOutputBlock | GeometryInputBlock | Port["ownerBlock"]): void {
    if (!graph.attachedBlocks.includes(block)) {
        graph.attachedBlocks.push(block);
        for (const { connectedPoint } of block.inputs) {
            if (connectedPoint) {
                collect(graph, connectedPoint.ownerBlock);
            }
        }
    }
}

export function marketStall(): NodeGeometry {
    const resolution = int("Resolution", 32, 8, 128);
    const seed = int("Seed", 7, 0, 999);
    const prop = (name: string, category: string) =>
        stand(name, decode(`${name} shape`, sample(`${name} code`, category, seed, true), resolution));
    const wares = rows("Wares", prop("Ware", "vase"), {
        count: int("Wares on the counter", 10, 0, 40),
        columns: 5,
        step: 0.56,
        scale: 0.24,
        origin: [-1.12, 1.05, -0.28],
    });
    const stock = rows("Stock", prop("Barrel", "barrel"), {
        count: int("Barrels in front", 4, 0, 12),
        columns: 4,
        step: 0.85,
        scale: 0.36,
        origin: [-1.27, 0, -1.35],
    });
    const frame = merge(
        "Frame",
        box("Counter", [3.2, 0.1, 1.3], [0, 1, 0]),
        box("Front", [3, 0.95, 0.08], [0, 0.475, -0.55]),
        box("Left post", [0.1, 2.6, 0.1], [-1.5, 1.3, 0.55]),
        box("Right post", [0.1, 2.6, 0.1], [1.5, 1.3, 0.55]),
        box("Roof", [3.5, 0.06, 1.9], [0, 2.62, 0.05], 0.22),
    );
    const comment = "A market stall: each ware and each barrel is a shape of its own, from one seed.";
    return finish("Market stall", comment, merge("Stall", frame, wares, stock));
}

export function morphRow(): NodeGeometry {
    const count = int("Steps", 7, 2, 30);
    const number = instance();
    const one = float("One", 1);
    const share = math(
        "Share of the second",
        MathBlockOperations.Divide,
        number,
        math("Last step", MathBlockOperations.Subtract, toFloat("Step count", count), one),
    );
    const mix = new LatentInterpolateBlock("Mix");
    mix.alongPrior = true;
    sample("First code", "chair", int("First seed", 5, 0, 999), false).connectTo(mix.latent0);
    sample("Second code", "chair", int("Second seed", 12, 0, 999), false).connectTo(mix.latent1);
    math("Share of the first", MathBlockOperations.Subtract, one, share).connectTo(mix.weight0);
    share.connectTo(mix.weight1);
    const shape = decode("Shape", mix.latent, int("Resolution", 48, 8, 128));
    const loop = new InstantiateBlock("Row");
    shape.connectTo(loop.instance);
    count.connectTo(loop.count);
    const across = math("Across", MathBlockOperations.Multiply, number, float("Distance", 1.7));
    // Along z, which the editor's preview sees from the side.
    compose("Place", float("Zero", 0), float("Zero", 0), across).connectTo(loop.position);
    return finish("Morph row", "One chair turns into another, step by step, along the prior.", loop.output);
}
