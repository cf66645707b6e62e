using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace Mig.Architecture.Tests.Graphs;

/// <summary>The instructions of a method, as ECMA-335 (partition III) lays them out.</summary>
internal static class Instructions
{
    private const int TwoByteCode = 0xFE;

    private static readonly Dictionary<int, OperandType> Operands = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => (int)(ushort)code.Value, code => code.OperandType);

    /// <summary>Returns the types, methods, fields and signatures that the instructions name.</summary>
    public static List<EntityHandle> ReadTokens(BlobReader reader)
    {
        List<EntityHandle> tokens = [];
        while (reader.RemainingBytes > 0)
        {
            int code = reader.ReadByte();
            if (code == TwoByteCode)
                code = (code << 8) | reader.ReadByte();
            switch (Operands[code])
            {
                case OperandType.InlineNone:
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    reader.Offset += 1;
                    break;
                case OperandType.InlineVar:
                    reader.Offset += 2;
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    reader.Offset += 8;
                    break;
                case OperandType.InlineSwitch:
                    int targets = reader.ReadInt32();
                    reader.Offset += targets * 4;
                    break;
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineType or OperandType.InlineTok
                    or OperandType.InlineSig:
                    tokens.Add(MetadataTokens.EntityHandle(reader.ReadInt32()));
                    break;
                default:
                    reader.Offset += 4;
                    break;
            }
        }

        return tokens;
    }
}
