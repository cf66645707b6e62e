using System.Text.Json.Serialization;

namespace Mig.Transfer.Protocol;

/// <summary>How the JSON of the protocol is read and written, without reflection.</summary>
/// <remarks>What must be there must be there: a list of empty objects would take far more memory than it has bytes.</remarks>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RequestMessage))]
[JsonSerializable(typeof(HelloMessage))]
[JsonSerializable(typeof(RefsMessage))]
[JsonSerializable(typeof(ResultsMessage))]
[JsonSerializable(typeof(ErrorMessage))]
internal sealed partial class ProtocolJson : JsonSerializerContext;
