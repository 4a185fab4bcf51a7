import { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial.js";
import { Color3 } from "@babylonjs/core/Maths/math.color.js";
import { Matrix, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { CreateSphere } from "@babylonjs/core/Meshes/Builders/sphereBuilder.js";
import type { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import type { MarketPhysics } from "./physics.js";
import type { MarketStage } from "./stage.js";
import "@babylonjs/core/Culling/ray.js";

/** Metres, kilograms, metres a second. */
const RADIUS = 0.11;
const MASS = 4;
const SPEED = 11;
/** Balls that lie about at one time. */
const MOST = 6;

/** Balls to throw at the goods. */
export class Balls {
    private readonly balls: Mesh[] = [];
    private thrown = 0;

    constructor(
        private readonly stage: MarketStage,
        private readonly physics: MarketPhysics,
    ) {}

    /** Gets the first one's shader ready. */
    async warmUpAsync(): Promise<void> {
        const ball = this.ball(0);
        ball.setEnabled(false);
        await ball.material?.forceCompilationAsync(ball);
    }

    /** Throws one through a point of the canvas, CSS pixels. */
    throwAt(x: number, y: number): void {
        const { scene, camera } = this.stage;
        const ray = scene.createPickingRay(x, y, Matrix.Identity(), camera);
        const { direction } = ray;
        const ball = this.ball(this.thrown++ % MOST);
        ball.setEnabled(true);
        // From the hand: a little below the eye.
        ball.position.copyFrom(camera.position).addInPlace(direction.scale(0.45)).addInPlaceFromFloats(0, -0.2, 0);
        ball.rotationQuaternion?.set(0, 0, 0, 1);
        ball.computeWorldMatrix(true);
        const velocity = direction.scale(SPEED).addInPlace(new Vector3(0, 1.2, 0));
        this.physics.throwBall(ball, RADIUS, MASS, velocity);
        this.stage.invalidateShadows();
    }

    private ball(n: number): Mesh {
        if (!this.balls[n]) {
            const ball = CreateSphere(`ball ${n}`, { diameter: 2 * RADIUS, segments: 16 }, this.stage.scene);
            ball.material = this.material();
            this.stage.show(ball);
            this.balls[n] = ball;
        }
        return this.balls[n];
    }

    private material(): StandardMaterial {
        const made = this.balls[0]?.material as StandardMaterial | undefined;
        if (made) return made;
        const material = new StandardMaterial("ball", this.stage.scene);
        material.diffuseColor = Color3.FromHexString("#d8432f");
        material.specularColor = new Color3(0.4, 0.4, 0.4);
        return material;
    }
}
