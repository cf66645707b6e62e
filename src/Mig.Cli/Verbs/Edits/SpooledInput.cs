using Mig.Cli.CommandLines;

namespace Mig.Cli.Verbs.Edits;

/// <summary>
/// Standard input as a file in a folder that nobody else may enter, since a file's length must be known before it is written.
/// </summary>
internal sealed class SpooledInput : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mig-input-");

    public string Path => System.IO.Path.Combine(_folder.FullName, "input");

    public static SpooledInput Read(Session session)
    {
        var spooled = new SpooledInput();
        try
        {
            using FileStream file = File.Create(spooled.Path);
            using Stream input = session.OpenInput();
            input.CopyTo(file);
            return spooled;
        }
        catch
        {
            spooled.Dispose();
            throw;
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
