#!/bin/bash
# One million props over 64 tasks of 4 cores: sbatch bake.slurm.sh
#SBATCH --job-name=bake-props
#SBATCH --array=1-64
#SBATCH --cpus-per-task=4
#SBATCH --mem=2G
#SBATCH --time=24:00:00
set -eu
npx babylon-deepsdf bake --model props.onnx --count 1000000 --seed 0 --resolution 64 --out out --quiet \
    --shard "$SLURM_ARRAY_TASK_ID/64"
