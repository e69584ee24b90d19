from app.web import face

router = face.router()
