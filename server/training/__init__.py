"""Courses, who was there, what they may show for it, and who may therefore be sent to a round (A17).

The journey: an institution or the alliance plans a session of a course; the trainer's screen shows a rotating code, which those
who came scan (or a second person writes them down from the paper list and says why); the session is finished, and everybody
who was there has a certificate with a number and an end by the course's own validity. What came on paper is entered by hand.
The certificates are `identity.TrainingRecord`, the only truth about who has learnt what; the worker says 30 and 7 days ahead
that one runs out. Which role needs which course is data; `visits` asks `ensure_trained` before it assigns anybody.
"""
