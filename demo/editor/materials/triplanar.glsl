// The mean of a texture's three projections, each weighted by how squarely the surface faces it.
uniform sampler2D triplanarSampler;

vec3 triplanarColor(vec3 position, vec3 normal) {
    vec3 sharp = pow(abs(normal), vec3(4.0));
    vec3 weights = sharp / (sharp.x + sharp.y + sharp.z);
    vec3 alongX = texture2D(triplanarSampler, position.zy).rgb;
    vec3 alongY = texture2D(triplanarSampler, position.xz).rgb;
    vec3 alongZ = texture2D(triplanarSampler, position.xy).rgb;
    return weights.x * alongX + weights.y * alongY + weights.z * alongZ;
}
