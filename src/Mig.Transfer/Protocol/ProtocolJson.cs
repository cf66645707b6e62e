using System.Text.Json.Serialization;

namespace Mig.Transfer.Protocol;

/// <summary>How the JSON of the protocol is read and written, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(RequestMessage))]
[JsonSerializable(typeof(HelloMessage))]
[JsonSerializable(typeof(RefsMessage))]
[JsonSerializable(typeof(ResultsMessage))]
[JsonSerializable(typeof(ErrorMessage))]
internal sealed partial class ProtocolJson : JsonSerializerContext;
