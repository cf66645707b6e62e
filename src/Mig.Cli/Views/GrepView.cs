using System.Globalization;
using System.Text;
using Mig.Cli.CommandLines;
using Mig.Cli.Terminals;
using Mig.Images.Grep;

namespace Mig.Cli.Views;

/// <summary>
/// Prints what was found as <c>git grep</c> does: <c>REV:PATH:LINE</c>. Lines are bytes as they are, except on a terminal, which they could
/// control.
/// </summary>
internal sealed class GrepView(Session session, bool showsNames, bool showsNumbers) : IGrepSink
{
    private readonly TextOutput _output = session.Output;

    public void Line(GrepFile file, long number, ReadOnlySpan<byte> line)
    {
        string name = showsNames ? session.Palette.Cyan(NameOf(file)) + ":" : "";
        _output.Write(name).Write(showsNumbers ? number.ToString(CultureInfo.InvariantCulture) + ":" : "");
        if (session.IsOutputTerminal)
            _output.WriteLine(SafeText.Line(Encoding.UTF8.GetString(line)));
        else
            _output.Write(line).WriteLine();
    }

    public void Binary(GrepFile file) => _output.WriteLine($"Binary file {NameOf(file)} matches");

    public void Name(GrepFile file) => _output.WriteLine(NameOf(file));

    public void Count(GrepFile file, long count) =>
        _output.WriteLine((showsNames ? NameOf(file) + ":" : "") + count.ToString(CultureInfo.InvariantCulture));

    private static string NameOf(GrepFile file) =>
        $"{file.Revision}:{SafeText.Name([.. Encoding.UTF8.GetBytes(file.Volume), (byte)'/', .. file.Path.Span])}";
}
