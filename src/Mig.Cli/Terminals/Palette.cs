namespace Mig.Cli.Terminals;

/// <summary>Colours text, or leaves it as it is.</summary>
internal sealed class Palette(bool isOn)
{
    public bool IsOn => isOn;

    public string Red(string text) => Paint("31", text);

    public string Green(string text) => Paint("32", text);

    public string Yellow(string text) => Paint("33", text);

    public string Blue(string text) => Paint("34", text);

    public string Cyan(string text) => Paint("36", text);

    public string Bold(string text) => Paint("1", text);

    public string Paint(string code, string text) => isOn && text.Length > 0 ? $"\e[{code}m{text}\e[m" : text;
}
