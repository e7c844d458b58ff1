using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;

namespace ReplicaRouting.MessageServer;

/// <summary>The page. Whatever people wrote is encoded.</summary>
internal static class MessagePage
{
    private const string Style = """
        :root { color-scheme: light dark; --back: #f6f7f9; --card: #fff; --text: #1a2330; --quiet: #566172; --line: #dbe0e7; --accent: #0b5cad; --on-accent: #fff; }
        @media (prefers-color-scheme: dark) { :root { --back: #11161d; --card: #1a212b; --text: #e6eaf0; --quiet: #a3aebd; --line: #313b48; --accent: #7db7f5; --on-accent: #0c1622; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; padding: 1.25rem; max-width: 44rem; background: var(--back); color: var(--text); font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }
        h1 { margin: 0 0 1rem; font-size: 1.5rem; } h2 { font-size: 1rem; }
        blockquote, form, ol { margin: 0 0 1.25rem; padding: 1rem; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; }
        blockquote { border-left: .35rem solid var(--accent); }
        blockquote p { margin: 0; font-size: 1.25rem; overflow-wrap: anywhere; white-space: pre-wrap; }
        label { display: block; margin-bottom: .4rem; font-weight: 600; }
        textarea { width: 100%; padding: .6rem; font: inherit; color: inherit; background: var(--back); border: 1px solid var(--quiet); border-radius: .35rem; }
        button { margin-top: .6rem; padding: .5rem 1.1rem; font: inherit; font-weight: 600; color: var(--on-accent); background: var(--accent); border: 0; border-radius: .35rem; }
        ol { list-style: none; } li { padding: .5rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; white-space: pre-wrap; } li:first-child { border: 0; }
        time, footer { color: var(--quiet); font-size: .85rem; } li time { display: block; } a { color: var(--accent); }
        """;

    public static IResult Render(IReadOnlyList<Message> messages, CommandRoute route, AntiforgeryTokenSet tokens)
    {
        var html = new StringBuilder()
            .Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
            .Append("<link rel=\"icon\" href=\"data:,\">")
            .Append(CultureInfo.InvariantCulture, $"<title>Messages</title><style>{Style}</style></head>\n<body>\n<h1>Messages</h1>\n<main>\n");
        html.Append(messages.Count == 0
            ? "<blockquote id=\"last\"><p>Nobody has written anything yet.</p></blockquote>\n"
            : $"<blockquote id=\"last\"><p>{Text(messages[0].Text)}</p>{Time(messages[0])}</blockquote>\n");
        html.Append("<form method=\"post\"><label for=\"text\">Leave a message for everybody</label>")
            .Append(CultureInfo.InvariantCulture, $"<textarea id=\"text\" name=\"text\" rows=\"3\" maxlength=\"{Message.MaxLength}\" required></textarea>")
            .Append(CultureInfo.InvariantCulture, $"<input type=\"hidden\" name=\"{Text(tokens.FormFieldName)}\" value=\"{Text(tokens.RequestToken!)}\">")
            .Append("<button>Send</button></form>\n<h2>All messages</h2>\n<ol id=\"all\">\n");
        foreach (var message in messages)
            html.Append(CultureInfo.InvariantCulture, $"<li>{Text(message.Text)}{Time(message)}</li>\n");
        html.Append("</ol>\n</main>\n")
            .Append(CultureInfo.InvariantCulture, $"<footer id=\"route\" data-target=\"{route.Target}\" data-node=\"{Text(route.Node ?? "")}\" data-reason=\"{route.Reason}\">Read from {Text(route.ToString())} · <a href=\"/routing\">the cluster</a></footer>\n")
            .Append("</body>\n</html>\n");
        return Results.Content(html.ToString(), "text/html; charset=utf-8");
    }

    private static string Time(Message message) =>
        string.Create(CultureInfo.InvariantCulture, $"<time datetime=\"{message.Written:yyyy-MM-ddTHH:mm:ssZ}\">{message.Written:yyyy-MM-dd HH:mm:ss} UTC</time>");

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
