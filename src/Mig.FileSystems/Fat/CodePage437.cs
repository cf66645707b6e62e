namespace Mig.FileSystems.Fat;

/// <summary>
/// The characters of the OEM code page 437, in which short names and labels are read; the volume does not say in which one they were
/// written.
/// </summary>
internal static class CodePage437
{
    private const int FirstMapped = 0x80;

    // Source: unicode.org, MAPPINGS/VENDORS/MICSFT/PC/CP437.TXT.
    private const string Upper =
        "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐" +
        "└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00A0";

    public static char Decode(byte value) => value < FirstMapped ? (char)value : Upper[value - FirstMapped];
}
