import { VertexBuffer } from "@babylonjs/core/Buffers/buffer.js";
import { Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { CreateBox } from "@babylonjs/core/Meshes/Builders/boxBuilder.js";
import { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { PhysicsMotionType } from "@babylonjs/core/Physics/v2/IPhysicsEnginePlugin.js";
import { HavokPlugin } from "@babylonjs/core/Physics/v2/Plugins/havokPlugin.js";
import { PhysicsBody } from "@babylonjs/core/Physics/v2/physicsBody.js";
import {
    PhysicsShapeBox,
    PhysicsShapeConvexHull,
    PhysicsShapeSphere,
} from "@babylonjs/core/Physics/v2/physicsShape.js";
import type { Scene } from "@babylonjs/core/scene.js";
import HavokPhysics from "@babylonjs/havok";
import havokAddress from "@babylonjs/havok/lib/esm/HavokPhysics.wasm?url";
import "@babylonjs/core/Physics/joinedPhysicsEngineComponent.js";
import "@babylonjs/core/Physics/v2/physicsEngineComponent.js";
import { hullPoints } from "./hull.js";
import type { Collider } from "./town.js";
import { nextTask } from "./work.js";

/** Milliseconds of the world's time in one step. */
const STEP = 1000 / 60;
/** Steps at one time at most: where they take longer the world goes slower. */
const MOST_STEPS = 5;
/** Milliseconds that the world is kept going after a throw, at least and at most. */
const LEAST_AWAKE = 1500;
const MOST_AWAKE = 12_000;
/** Metres a second below which a thing counts as lying still. */
const STILL = 0.06;

/** The market's weight and collisions, at rest unless something was thrown. */
export class MarketPhysics {
    private readonly bodies = new Set<PhysicsBody>();
    private readonly fixed = new Map<number, PhysicsBody[]>();
    /** Whether anything moves. */
    isAwake = false;
    private awake = 0;
    /** Milliseconds that the world is behind. */
    private due = 0;

    /** @throws if the physics engine can't be loaded */
    static async LoadAsync(scene: Scene): Promise<MarketPhysics> {
        const havok = await HavokPhysics({ locateFile: () => havokAddress });
        await nextTask();
        scene.enablePhysics(new Vector3(0, -9.81, 0), new HavokPlugin(true, havok));
        // Its steps do not wait for frames.
        scene.physicsEnabled = false;
        const physics = new MarketPhysics(scene);
        await nextTask();
        physics.warmUp();
        return physics;
    }

    private constructor(private readonly scene: Scene) {
        this.addBox({ min: [-8, -1, -1e4], max: [8, 0, 1e4] });
    }

    /** Has the engine compile what a prop needs. */
    private warmUp(): void {
        const box = CreateBox("warm-up", {}, this.scene);
        this.addProp(box, 1);
        this.removeProp(box);
        box.dispose();
    }

    /** A stretch of street's counters and walls. */
    addFixed(segment: number, colliders: readonly Collider[]): void {
        this.fixed.set(
            segment,
            colliders.map((collider) => this.addBox(collider)),
        );
    }

    removeFixed(segment: number): void {
        for (const body of this.fixed.get(segment) ?? []) dispose(body);
        this.fixed.delete(segment);
    }

    /** A prop lies where it is until something hits it. @param density kilograms in a cubic metre of its box */
    addProp(mesh: Mesh, density: number): void {
        const points = hullPoints(mesh.getVerticesData(VertexBuffer.PositionKind) ?? []);
        if (points.length < 12) return;
        const scale = mesh.scaling.x;
        const hull = new Mesh("hull", this.scene);
        hull.setVerticesData(
            VertexBuffer.PositionKind,
            points.map((value) => value * scale),
        );
        const shape = new PhysicsShapeConvexHull(hull, this.scene);
        hull.dispose();
        const { extendSize } = mesh.getBoundingInfo().boundingBox;
        const mass = Math.max(0.05, density * 8 * extendSize.x * extendSize.y * extendSize.z * scale ** 3);
        this.bodies.add(this.addBody(mesh, shape, mass, true));
    }

    removeProp(mesh: Mesh): void {
        const body = mesh.physicsBody as PhysicsBody | null;
        if (!body) return;
        this.bodies.delete(body);
        const { shape } = body;
        body.dispose();
        shape?.dispose();
    }

    /** @param velocity metres a second */
    throwBall(ball: Mesh, radius: number, mass: number, velocity: Vector3): void {
        this.removeProp(ball);
        const body = this.addBody(ball, new PhysicsShapeSphere(Vector3.Zero(), radius, this.scene), mass, false);
        body.setLinearVelocity(velocity);
        body.setAngularDamping(0.6);
        this.bodies.add(body);
        this.wake();
    }

    /** Moves the world on, until all lies still. @param elapsed milliseconds */
    update(elapsed: number): void {
        if (!this.isAwake) return;
        this.due = Math.min(this.due + elapsed, MOST_STEPS * STEP);
        for (; this.due >= STEP; this.due -= STEP) this.scene.getPhysicsEngine()?._step(STEP / 1000);
        this.awake += elapsed;
        if (this.awake > LEAST_AWAKE && !this.isMoving()) this.isAwake = false;
        if (this.awake > MOST_AWAKE) this.isAwake = false;
    }

    private isMoving(): boolean {
        const velocity = new Vector3();
        return [...this.bodies].some((body) => {
            body.getLinearVelocityToRef(velocity);
            return velocity.length() > STILL;
        });
    }

    private wake(): void {
        this.awake = 0;
        this.isAwake = true;
    }

    private addBody(mesh: Mesh, shape: PhysicsShapeConvexHull | PhysicsShapeSphere, mass: number, asleep: boolean) {
        mesh.rotationQuaternion ??= Quaternion.FromEulerVector(mesh.rotation);
        const body = new PhysicsBody(mesh, PhysicsMotionType.DYNAMIC, asleep, this.scene);
        shape.material = { friction: 0.7, restitution: 0.12 };
        body.shape = shape;
        body.setMassProperties({ mass });
        return body;
    }

    private addBox({ min, max }: Collider): PhysicsBody {
        const node = new TransformNode("collider", this.scene);
        node.position.set((min[0] + max[0]) / 2, (min[1] + max[1]) / 2, (min[2] + max[2]) / 2);
        const extents = new Vector3(max[0] - min[0], max[1] - min[1], max[2] - min[2]);
        const body = new PhysicsBody(node, PhysicsMotionType.STATIC, false, this.scene);
        body.shape = new PhysicsShapeBox(Vector3.Zero(), Quaternion.Identity(), extents, this.scene);
        body.shape.material = { friction: 0.8, restitution: 0.05 };
        return body;
    }
}

function dispose(body: PhysicsBody): void {
    const { shape, transformNode } = body;
    body.dispose();
    shape?.dispose();
    transformNode.dispose();
}
