using System.Text;

namespace Mig.Cli.Terminals;

/// <summary>Waits for a text in what is printed piece by piece.</summary>
/// <param name="text">What is waited for; not empty.</param>
/// <param name="found">Called when it has been printed, once.</param>
internal sealed class PrintedText(string text, Action found)
{
    private readonly byte[] _wanted = Encoding.UTF8.GetBytes(text);
    private byte[] _end = [];
    private bool _isFound;

    /// <summary>Sees what was printed next.</summary>
    public void See(ReadOnlySpan<byte> piece)
    {
        if (_isFound)
            return;
        byte[] seen = [.. _end, .. piece];
        if (seen.AsSpan().IndexOf(_wanted) < 0)
        {
            _end = seen[Math.Max(0, seen.Length - _wanted.Length + 1)..];
            return;
        }

        _isFound = true;
        found();
    }
}
