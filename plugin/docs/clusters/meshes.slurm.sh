#!/bin/bash
# Training data of 100 000 meshes over 64 tasks of 2 cores: sbatch meshes.slurm.sh
#SBATCH --job-name=prepare-meshes
#SBATCH --array=1-64
#SBATCH --cpus-per-task=2
#SBATCH --mem=4G
#SBATCH --time=24:00:00
set -eu
npm run meshes -- --data meshes --store store --report "report-$SLURM_ARRAY_TASK_ID" --shard "$SLURM_ARRAY_TASK_ID/64"
