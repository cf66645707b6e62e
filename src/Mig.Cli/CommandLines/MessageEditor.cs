using Mig.Core;
using Mig.History.Commits;

namespace Mig.Cli.CommandLines;

/// <summary>Lets the user write a message in an editor.</summary>
internal static class MessageEditor
{
    private const char Comment = '#';
    private const string FileName = "COMMIT_EDITMSG";

    /// <param name="about">What the message should say.</param>
    /// <param name="instead">How else it can be given.</param>
    /// <param name="draft">What stands there at first.</param>
    /// <exception cref="UsageException">There is nobody to ask, or nothing was written.</exception>
    public static string Ask(Session session, string about, string instead, string draft = "")
    {
        string file = Path.Combine(session.Repository.Folder, FileName);
        File.WriteAllText(
            file, $"{draft}\n{Comment} Say {about}. Lines that begin with '{Comment}' are left out;\n{Comment} an empty message stops the "
            + "command.\n");
        UserEditor.Open(session, file, "a message is needed", instead);
        string message = MessageText.Clean(File.ReadAllText(file), Comment);
        return message.Length > 0 ? message : throw new UsageException($"the message is empty, so nothing was done; {instead}");
    }
}
