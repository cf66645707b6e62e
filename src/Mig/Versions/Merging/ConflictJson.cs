using System.Text.Json.Serialization;

namespace Mig.Versions.Merging;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ConflictManifest))]
internal sealed partial class ConflictJson : JsonSerializerContext;
